-- When no collector heard anything while something of an incident was waited for, that was told later because of it.
select distinct d.since, d.until
  from seen.incident_record r
  join seen.deaf d
    on d.since < r.moment
   and d.until > r.moment - make_interval(secs => (r.data ->> 'unheard_s')::float8)
 where r.incident = %(incident)s and r.data ? 'paused_s'
 order by d.since
