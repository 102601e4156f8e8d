-- One incident with its place and its owner; no row where the asker may not see it.
select i.incident, i.site, i.rule, i.cause, i.priority, i.title, i.silent, i.to_control_room, i.occurred, i.said,
       i.opened, i.changed, i.state, i.owner, i.acknowledged, i.resolved, i.outcome, i.sentence,
       i.playbook, i.playbook_version, p.role as owner_role,
       s.kind as site_kind, s.name as site_name, s.kit, s.reference, s.may_ring,
       coalesce(s.time_zone, 'Europe/Amsterdam') as time_zone, i.confirmed, i.exercise, l.last_kinds, l.last_at,
       i.taken_until, next.due as next_due, next.tells as next_tells
  from seen.incident i
  left join seen.site s on s.site = i.site
  left join seen.person p on p.person = i.owner
  left join lateral (
        select e.due, e.tells from seen.escalation e
         where e.incident = i.incident and e.done is null and e.stopped is null
         order by e.due limit 1) next on true
 cross join lateral seen.last_words(i.incident) l
 where i.incident = %(incident)s
