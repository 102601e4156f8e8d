-- How often what was done with what, since a day.
select verb, sort, sum(n) filter (where result = 'done') as done, sum(n) filter (where result = 'refused') as refused
  from seen.audit_count
 where day >= %(since)s::date
 group by verb, sort
 order by sum(n) desc, verb, sort
