-- Give all of a digest up, with what was wrong; where somebody had to be told, the log says so.
with given as (
    update store.message set given_up = %(now)s, leased_until = null, trouble = %(trouble)s
     where message = any (%(messages)s) and sent is null
 returning message, incident, unit, person, channel, reason, tries
)
insert into store.incident_log (incident, unit, at, what, data)
select g.incident, g.unit, %(now)s, 'not_told',
       jsonb_build_object('message', g.message, 'person', g.person, 'role', p.role, 'channel', g.channel,
                          'reason', g.reason, 'tries', g.tries, 'trouble', %(trouble)s::text)
  from given g join store.incident i using (incident) join store.person p using (person)
 where i.state <> 'resolved'
