-- What happened at a place during a stretch, without its measurements and heartbeats: the latest, in order.
select device, at, kind, sensor, zone, data
  from (select device, at, seq, kind, sensor, zone, data from seen.event
         where site = %(site)s and at > %(since)s and at <= %(until)s and kind <> 'heartbeat'
         order by at desc, seq desc limit 5000) latest
 order by at, seq
