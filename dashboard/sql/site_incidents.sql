-- The incidents of a place: those that stand open, then the latest.
select i.incident, i.priority, i.title, i.state, i.opened, i.occurred, i.said, i.resolved, i.outcome, i.confirmed, i.exercise,
       coalesce(r.kinds, '{}') as kinds, coalesce(r.witnesses, 0) as witnesses, l.last_kinds, l.last_at
  from (select * from seen.incident where site = %(site)s order by state = 'resolved', opened desc limit 20) i
  left join lateral (
        select array_agg(distinct e.kind) as kinds,
               count(distinct (e.device, e.sensor))::int as witnesses
          from seen.incident_record e where e.incident = i.incident) r on true
 cross join lateral seen.last_words(i.incident) l
 order by i.state = 'resolved', i.opened desc
