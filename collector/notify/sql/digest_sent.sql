-- Mark all that a digest told of as sent, and append that to the log of each incident.
with sent as (
    update store.message set sent = %(now)s, leased_until = null, trouble = null, digest = %(message)s
     where message = any (%(messages)s) and sent is null
 returning message, incident, unit, person, channel, reason, tries
)
insert into store.incident_log (incident, unit, at, what, data)
select s.incident, s.unit, %(now)s, 'told',
       jsonb_build_object('message', s.message, 'person', s.person, 'role', p.role, 'channel', s.channel,
                          'reason', s.reason, 'tries', s.tries, 'digest', true)
  from sent s join store.person p using (person)
