-- Take a run whose times are to be corrected, the one that waited longest, with the last number that is left of it.
select l.lag, l.device, l.run, l.seconds, l.since, l.until, l.before,
       (select max(upper(s.seen * int8multirange(int8range(null, l.reach)))) - 1
          from store.lane_state s
         where (s.device, s.run) = (l.device, l.run)) as last
  from store.clock_lag l
 order by l.worked, l.lag limit 1
   for update of l skip locked
