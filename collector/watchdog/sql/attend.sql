-- Let the administrator know that no watchdog watches; once each time that the last one was seen.
insert into store.attention (sort)
select 'watchdog_lost'
 where store.take_turn('watchdog')
   and not exists (select from store.attention a
                    where a.sort = 'watchdog_lost'
                      and a.at > coalesce((select max(seen) from store.watchdog), '-infinity'))
