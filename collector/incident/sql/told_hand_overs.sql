-- Put a message down for each reachable person to whom a standing incident was handed over, once.
insert into store.message (incident, unit, person, channel, reason, made, next_try)
select l.incident, l.unit, p.person, c.channel, 'handed_over-' || l.entry, %(now)s, %(now)s
  from store.incident i
  join store.incident_log l on l.incident = i.incident and l.what = 'handed_over'
  join store.person p on (p.person = l.data ->> 'to_person' or p.role = l.data ->> 'to_role')
                     and (p.unit = l.unit or p.unit is null)
 cross join lateral store.channels_of(p.person, i.priority) c(channel)
 where i.state <> 'resolved' and p.tell is not null and p.removed is null and p.role <> 'household'
   and not exists (select from store.message m
                    where m.incident = l.incident and m.person = p.person
                      and m.reason = 'handed_over-' || l.entry)
 order by l.entry, p.person, c.channel
    on conflict (incident, person, channel, reason) do nothing
