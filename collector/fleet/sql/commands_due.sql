-- Take the next command of each device that can hear it, and say on which path it goes this time.
with next as (
    select distinct on (device) device, number, tried, way
      from store.command
     where outcome is null and expires > now() + interval '10 seconds'
     order by device, number
), due as (
    select n.device, n.number, n.tried,
           (select p.way from store.path_state p
             where p.device = n.device and p.heard > now() - interval '90 seconds'
             order by p.way is not distinct from n.way, p.heard desc limit 1) as way
      from next n join store.device d using (device)
     where d.removed is null and (n.tried is null or n.tried < now() - interval '30 seconds')
       and not exists (select from store.clone k where k.device = n.device and k.cleared is null)
)
update store.command c
   set tries = c.tries + 1, tried = now(), way = due.way
  from due
 where (c.device, c.number) = (due.device, due.number) and due.way is not null
   and c.outcome is null and c.tried is not distinct from due.tried
returning c.device, c.number, c.way, c.tries, c.said, c.signature
