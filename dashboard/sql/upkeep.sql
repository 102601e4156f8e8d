-- What devices asked people to do: the last word of each camera or disk on each matter, and who set it aside when.
-- A task is named by what its record says itself (`named`).
select x.device, x.site, x.sensor, x.kind, x.moment as at, x.named, x.data, s.heartbeat,
       (select max(a.done) from seen.task_aside a
         where a.device = x.device and a.sensor = coalesce(x.sensor, 0) and a.kind = x.kind) as aside
  from (select distinct on (device, sensor, split_part(kind, '.', 1))
               device, site, sensor, kind, moment, at as named, data
          from seen.event
         where kind in ('lens.dirty', 'preset.proposed', 'disk.filling', 'disk.full', 'disk.restored')
           and moment > %(since)s
         order by device, sensor, split_part(kind, '.', 1), moment desc, seq desc) x
  left join seen.device_state s on s.device = x.device
 order by x.site, x.kind, x.device, x.sensor
