-- The windows of these sites that are not over, or were not reported yet.
select suppression, unit, site, zone, kinds, since, least(until, ended) as over
  from store.suppression
 where site = any (%(sites)s::text[]) and reported is null
 order by suppression
