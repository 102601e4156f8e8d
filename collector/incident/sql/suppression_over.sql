-- Lock the next window that is over and was not reported.
select suppression, unit, site
  from store.suppression
 where reported is null and least(until, ended) <= now()
 order by suppression limit 1
   for update skip locked
