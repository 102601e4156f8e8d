-- Forget the lines of accounts that no place has any more.
delete from store.receiver_line l
 where not exists (select from store.site s where s.account = l.account and s.removed is null)
   and not exists (select from store.signal g
                    where g.account = l.account and g.sent is null and g.given_up is null)
