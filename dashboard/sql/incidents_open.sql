-- Open incidents, worst first, each with its place, its owner, the next step and the last word of what was lost.
select i.incident, i.site, i.priority, i.title, i.silent, i.to_control_room, i.occurred, i.said, i.opened, i.state,
       i.owner, i.acknowledged, i.taken_until, p.role as owner_role,
       s.kind as site_kind, s.name as site_name, s.kit, s.reference, s.may_ring,
       coalesce(s.time_zone, 'Europe/Amsterdam') as time_zone,
       next.text as next_text, next.role as next_role,
       coalesce(r.kinds, '{}') as kinds, coalesce(r.witnesses, 0) as witnesses,
       i.confirmed, i.exercise, l.last_kinds, l.last_at
  from seen.incident i
  left join seen.site s on s.site = i.site
  left join seen.person p on p.person = i.owner
  left join lateral (
        select t.text, t.role from seen.incident_step t
         where t.incident = i.incident and t.done is null
         order by t.role = %(role)s desc, t.role <> %(role)s and t.mandatory desc, t.place limit 1) next on true
  left join lateral (
        select array_agg(distinct e.kind) as kinds,
               count(distinct (e.device, e.sensor))::int as witnesses
          from seen.incident_record e where e.incident = i.incident) r on true
 cross join lateral seen.last_words(i.incident) l
 where i.state <> 'resolved'
 order by array_position(array['urgent', 'attention', 'notice'], i.priority),
          i.exercise, i.state = 'open' desc, i.opened, i.incident
 limit 200
