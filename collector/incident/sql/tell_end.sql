-- Put down for each person who has a message about an incident that it ended itself; once, by the same channel.
insert into store.message (incident, unit, person, channel, reason, made, next_try)
select distinct incident, unit, person, channel, 'ended', %(now)s::timestamptz, %(now)s::timestamptz
  from store.message
 where incident = %(incident)s and given_up is null and reason <> 'ended'
 order by person, channel
    on conflict (incident, person, channel, reason) do nothing
