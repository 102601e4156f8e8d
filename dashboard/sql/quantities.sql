-- What was measured at a place during a stretch, and whether a chart has it: where only hours are left, only one of hours does.
select quantity, bool_or(drawn) as drawn
  from (select quantity, true as drawn from seen.measurement
         where site = %(site)s and moment > %(since)s and moment <= %(until)s
         union
        select quantity, %(hours)s from seen.measurement_hour
         where site = %(site)s and bucket > %(since)s and bucket <= %(until)s - interval '1 hour') found
 group by quantity
 order by quantity
