-- Lease the next message of a channel that is due, and give its incident as it is now.
with next as (
    select m.message
      from store.message m join store.incident i using (incident)
     where m.sent is null and m.given_up is null and m.channel = %(channel)s and not m.held
       and m.next_try <= %(now)s and (m.leased_until is null or m.leased_until <= %(now)s)
       -- That it ended comes after that it began.
       and (m.reason <> 'ended'
            or not exists (select from store.message o
                            where (o.incident, o.person, o.channel) = (m.incident, m.person, m.channel)
                              and o.reason <> 'ended' and o.sent is null and o.given_up is null))
     order by array_position(array['urgent', 'attention', 'notice'], i.priority), m.next_try, m.message
     limit 1
       for update of m skip locked
), leased as (
    update store.message m
       set leased_until = %(lease)s, tries = m.tries + 1
      from next
     where m.message = next.message
 returning m.message, m.incident, m.unit, m.person, m.channel, m.reason, m.made, m.tries, m.leased_until
)
select l.message, l.incident, l.unit, l.person, p.role, p.language,
       case l.channel when 'push' then l.person else p.tell ->> l.channel end as tell, p.removed is not null as removed,
       l.channel,
       l.reason, l.made, l.tries, l.leased_until as lease,
       i.state, i.priority, i.silent, i.exercise, i.confirmed is not null as confirmed,
       exists (select from store.incident_record r
                where r.incident = i.incident and r.data @> '{"while_blind": true}') as while_blind,
       exists (select from store.incident_record r
                where r.incident = i.incident
                  and (r.data ? 'paused_s'
                       or exists (select from store.deaf d
                                   where d.since < r.at
                                     and d.until > r.at - make_interval(
                                             secs => (r.data ->> 'unheard_s')::float8 + 2)))) as paused,
       exists (select from store.message o
                where (o.incident, o.person, o.channel) = (l.incident, l.person, l.channel)
                  and o.sent is not null) as told_before,
       (select (g.data ->> 'incident')::bigint from store.incident_log g
         where g.incident = l.incident and g.what = 'ended' limit 1) as goes_on_in,
       coalesce((select min(coalesce(r.corrected, r.at)) from store.incident_record r where r.incident = i.incident),
                i.occurred) as occurred, s.time_zone, i.owner, o.role as owner_role,
       (select n.text from store.incident_step n
         where n.incident = l.incident and n.role = p.role and n.done is null
         order by n.place, n.step limit 1) as step,
       array[s.site, s.kit, s.reference, s.name ->> 'nl', s.name ->> 'en', l.unit,
             u.name ->> 'nl', u.name ->> 'en'] as names,
       array[s.kit, s.reference, s.name ->> 'nl', s.name ->> 'en'] as filled
  from leased l
  join store.incident i on i.incident = l.incident
  join store.site s on s.site = i.site
  join store.unit u on u.unit = l.unit
  join store.person p on p.person = l.person
  left join store.person o on o.person = i.owner
