-- Lock the next exercise that somebody asked for; with whether its place is that unit's.
select e.exercise, e.unit, e.site, e.rule, now() - e.made as waited, now() as now,
       exists (select from store.site s
                where (s.site, s.unit) = (e.site, e.unit) and s.removed is null) as known
  from store.exercise e
 where e.ended is null
 order by e.exercise limit 1
   for update of e skip locked
