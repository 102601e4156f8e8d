-- The last of each switch of a place before a stretch begins.
select distinct on (device, sensor, split_part(kind, '.', 1)) device, sensor, zone, kind, moment as at
  from seen.event
 where site = %(site)s and moment > %(since)s and moment <= %(until)s
   and kind in ('panel.armed', 'panel.disarmed', 'camera.lost', 'camera.restored',
                'contact.opened', 'contact.closed', 'tamper.opened', 'tamper.closed',
                'motion.started', 'motion.ended', 'alarm.raised', 'alarm.ended')
 order by device, sensor, split_part(kind, '.', 1), moment desc, seq desc
