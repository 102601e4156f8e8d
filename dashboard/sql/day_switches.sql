-- What was switched on, off or lost in the last days, and the last word of each door, in order.
select site, device, sensor, zone, kind, at
  from (select e.site, e.device, e.sensor, e.zone, e.kind, e.moment as at, e.seq
          from seen.site s join seen.event e on e.site = s.site
         where e.moment > %(since)s and e.moment <= %(until)s
           and e.kind in ('panel.armed', 'panel.disarmed', 'camera.lost', 'camera.restored',
                          'nuisance.started', 'nuisance.ended')
         union all
        select d.site, d.device, d.number, e.zone, e.kind, e.moment, e.seq
          from seen.sensor d
         cross join lateral (
               select zone, kind, moment, seq from seen.event
                where device = d.device and sensor = d.number and kind in ('contact.opened', 'contact.closed')
                  and moment > %(since)s and moment <= %(until)s
                order by moment desc, seq desc limit 1) e
         where d.kind = 'contact') switches
 order by at, seq
