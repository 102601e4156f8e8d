-- The windows that ended of late and held something back, the latest first.
select suppression, site, zone, kinds, over, held from seen.suppression
 where reported > %(since)s and held > 0
 order by over desc
