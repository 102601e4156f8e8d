-- The cameras that show nothing to be trusted: the last word of each, said since its device last started.
select x.device, x.site, x.sensor, x.at, x.data
  from (select distinct on (device, sensor) device, site, run, sensor, kind, moment as at, data
          from seen.event
         where kind in ('camera.lost', 'camera.restored')
           and (%(site)s::text is null or site = %(site)s)
         order by device, sensor, moment desc, seq desc) x
  join seen.device_state s on s.device = x.device and s.run = x.run
 where x.kind = 'camera.lost' and x.sensor is not null
 order by x.device, x.sensor
