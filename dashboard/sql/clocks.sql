-- How far each device's clock stood from ours when its latest heartbeat came.
select distinct on (device) device, extract(epoch from received - at)::float8 as late_s
  from seen.event
 where site = %(site)s and at > %(since)s and kind = 'heartbeat'
 order by device, at desc
