-- What was switched on, off, lost or opened in the last days, in order.
select site, device, sensor, zone, kind, moment as at
  from seen.event
 where moment > %(since)s and moment <= %(until)s
   and kind in ('panel.armed', 'panel.disarmed', 'camera.lost', 'camera.restored',
                'contact.opened', 'contact.closed', 'nuisance.started', 'nuisance.ended')
 order by moment, seq
