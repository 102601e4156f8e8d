-- Hold the next notice that is due, for a day at most.
select n.notice, a.sort, p.language, p.tell ->> 'email' as tell
  from store.notice n join store.attention a using (attention) join store.person p on p.person = n.person
 where n.sent is null and n.next_try <= now() and n.made > now() - interval '1 day'
   and p.tell ? 'email' and p.removed is null
 order by n.next_try, n.notice
 limit 1
   for update of n skip locked
