-- What happened at a place during a stretch, without its measurements and heartbeats.
select device, at, kind, sensor, zone, data from seen.event
 where site = %(site)s and at > %(since)s and at <= %(until)s and kind <> 'heartbeat'
 order by at, seq limit 5000
