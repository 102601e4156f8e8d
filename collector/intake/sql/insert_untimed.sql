-- Store the events with an impossible time that are not there yet, and name those that are.
with new as (
    insert into store.event_untimed (device, run, lane, seq, at, received, unit, site, kind, sensor, zone, data)
    select device, run, lane, seq, said, received, unit, site, kind, sensor, zone, data
      from staged_event
     where not timed
        on conflict do nothing
    returning device, run, lane, seq
)
select device, run, lane, seq
  from staged_event s
 where not timed
   and not exists (select from new n
                    where (n.device, n.run, n.lane, n.seq) = (s.device, s.run, s.lane, s.seq))
