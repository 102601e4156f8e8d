-- Who did most, or was refused most, since a day.
select actor, role, unit, sum(n) filter (where result = 'done') as done,
       sum(n) filter (where result = 'refused') as refused, max(last) as last
  from seen.audit_count
 where day >= %(since)s::date and role not in ('service', 'unknown')
 group by actor, role, unit
 order by sum(n) desc, actor
 limit 30
