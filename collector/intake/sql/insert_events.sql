-- Store the events that are not there yet, and give their keys.
-- What first came with a time still to come stays untimed when it comes again later.
insert into store.event (device, run, lane, seq, at, received, unit, site, kind, sensor, zone, data)
select distinct on (device, run, lane, seq, at)
       device, run, lane, seq, at, received, unit, site, kind, sensor, zone, data
  from staged_event s
 where timed
   and not exists (select from store.event_untimed u
                    where (u.device, u.run, u.lane, u.seq) = (s.device, s.run, s.lane, s.seq))
 order by device, run, lane, seq, at
    on conflict do nothing
returning device, run, lane, seq
