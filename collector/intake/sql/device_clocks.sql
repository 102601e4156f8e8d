-- What is known of these devices and their clocks; nobody else hears them, or finds a path of theirs lost, until the transaction ends.
-- Who waits here for one who finds a path lost reads afterwards, in the next statement, that it was.
with device as materialized (
    select device, sent, clock_offset as offset, clock_run as run, clock_low as low, clock_low_since as since,
           clock_frames as frames, clock_told as told, clock_right as right, speaker,
           (select jsonb_agg(jsonb_build_object('run', j.run, 'before', j.before, 'seconds', j.seconds))
              from store.clock_jump j
             where j.device = s.device and j.run = any (%(runs)s)) as jumps
      from store.device_state s
     where device = any (%(devices)s)
     order by device
       for no key update of s
), path as materialized (
    select from store.path_state p join device using (device)
     order by p.device, p.way
       for no key update of p
)
select * from device where (select count(*) from path) >= 0
