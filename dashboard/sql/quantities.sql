-- What was measured at a place during a stretch.
select distinct quantity from seen.measurement
 where site = %(site)s and at > %(since)s and at <= %(until)s order by quantity
