-- What was resolved in the last day, newest first.
select i.incident, i.site, i.priority, i.title, i.outcome, i.sentence, i.resolved, i.exercise, null as confirmed,
       s.kind as site_kind, s.name as site_name, s.kit, coalesce(s.time_zone, 'Europe/Amsterdam') as time_zone
  from seen.incident i left join seen.site s on s.site = i.site
 where i.state = 'resolved' and i.resolved > %(since)s
 order by i.resolved desc limit 8
