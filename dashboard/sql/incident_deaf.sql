-- When no collector heard anything while something of an incident was waited for: that was told later because of it.
-- What waited at the broker is heard as soon as we hear again, so a wait may begin where we were deaf (two seconds cover how it is rounded).
select distinct d.since, d.until
  from seen.incident_record r
  join seen.deaf d
    on d.since < r.moment
   and d.until > r.moment - make_interval(secs => (r.data ->> 'unheard_s')::float8 + 2)
 where r.incident = %(incident)s
 order by d.since
