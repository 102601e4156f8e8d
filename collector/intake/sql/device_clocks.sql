-- What is known of these devices and their clocks; nobody else hears them until the transaction ends.
select device, sent, clock_offset as offset, clock_run as run, clock_low as low, clock_low_since as since,
       clock_frames as frames, clock_told as told, clock_right as right,
       (select jsonb_agg(jsonb_build_object('run', j.run, 'before', j.before, 'seconds', j.seconds))
          from store.clock_jump j
         where j.device = s.device and j.run = any (%(runs)s)) as jumps
  from store.device_state s
 where device = any (%(devices)s)
 order by device
   for no key update of s
