-- Store the events with an impossible time that are not there yet, and give their keys.
insert into store.event_untimed (device, run, lane, seq, at, received, unit, site, kind, sensor, zone, data)
select distinct on (device, run, lane, seq, said)
       device, run, lane, seq, said, received, unit, site, kind, sensor, zone, data
  from staged_event
 where not timed
 order by device, run, lane, seq, said
    on conflict do nothing
returning device, run, lane, seq
