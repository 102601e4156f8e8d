-- Store the events that are not there yet, and name those that are: hardly ever one.
-- What first came with a time still to come stays untimed when it comes again later.
-- Their lanes are locked, so nobody stores the same at once, and there is no order to keep.
with new as (
    insert into store.event (device, run, lane, seq, at, received, unit, site, kind, sensor, zone, data)
    select device, run, lane, seq, at, received, unit, site, kind, sensor, zone, data
      from staged_event s
     where timed
       and not exists (select from store.event_untimed u
                        where (u.device, u.run, u.lane, u.seq) = (s.device, s.run, s.lane, s.seq))
        on conflict do nothing
    returning device, run, lane, seq
)
select device, run, lane, seq
  from staged_event s
 where timed
   and (select count(*) from new) < (select count(*) from staged_event where timed)
   and not exists (select from new n
                    where (n.device, n.run, n.lane, n.seq) = (s.device, s.run, s.lane, s.seq))
