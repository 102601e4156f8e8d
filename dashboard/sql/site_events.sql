-- What happened at a place during a stretch, without its measurements and heartbeats: the latest, in order.
select device, moment as at, said, kind, sensor, zone, data
  from (select device, moment, said, run, lane, seq, kind, sensor, zone, data from seen.event
         where site = %(site)s and moment > %(since)s and moment <= %(until)s and kind <> 'heartbeat'
         order by moment desc, seq desc, device desc, run desc, lane desc limit 5000) latest
 order by moment, seq, device, run, lane
