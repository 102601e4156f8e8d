-- What was measured at a place during a stretch, also where only what was rolled up is left.
select quantity from seen.measurement
 where site = %(site)s and moment > %(since)s and moment <= %(until)s
 union
select quantity from seen.measurement_hour
 where site = %(site)s and bucket > %(since)s and bucket <= %(until)s
 order by quantity
