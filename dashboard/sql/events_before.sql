-- What happened at a place before one record and since a moment, the latest first; a record stands at one place in that order for good.
select device, run, lane, seq, moment as at, said, kind, sensor, zone, data
  from seen.event
 where site = %(site)s and moment > %(since)s and moment <= %(at)s
   and (moment, seq, device, run, lane) < (%(at)s, %(seq)s, %(device)s, %(run)s, %(lane)s)
   and kind not in ('heartbeat', 'run.started', 'records.dropped')
 order by moment desc, seq desc, device desc, run desc, lane desc limit %(most)s
