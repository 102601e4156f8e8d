-- A page of a unit's incidents that are as asked, the latest first, from behind the last one of the page before.
select i.incident, i.site, i.priority, i.title, i.opened, i.occurred, i.state, i.owner, i.resolved, i.outcome, i.sentence,
       i.confirmed, i.exercise, p.role as owner_role, s.kind as site_kind, s.name as site_name, s.kit,
       coalesce(s.time_zone, 'Europe/Amsterdam') as time_zone
  from (select * from seen.incident
         where unit = %(unit)s and (opened, incident) < (%(opened)s, %(incident)s)
           and (%(number)s::bigint is null or incident = %(number)s)
           and (%(site)s::text is null or site = %(site)s)
           and (%(rules)s::text[] is null or rule = any (%(rules)s))
           and (%(state)s::text is null or coalesce(outcome, state) = %(state)s)
           and (%(since)s::timestamptz is null or opened >= %(since)s)
           and (%(until)s::timestamptz is null or opened < %(until)s)
           and (%(owner)s::text is null or owner = %(owner)s)
         order by opened desc, incident desc limit %(most)s) i
  left join seen.site s on s.site = i.site
  left join seen.person p on p.person = i.owner
 order by i.opened desc, i.incident desc
