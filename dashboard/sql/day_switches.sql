-- What was switched on, off, lost or opened in the last days, in order.
select site, device, sensor, zone, kind, at
  from seen.event
 where at > %(since)s and at <= %(until)s
   and kind in ('panel.armed', 'panel.disarmed', 'camera.lost', 'camera.restored',
                'contact.opened', 'contact.closed', 'nuisance.started', 'nuisance.ended')
 order by at, seq
