-- Forget how clocks of runs jumped of which nothing is known any more.
delete from store.clock_jump j
 where not exists (select from store.lane_state l where (l.device, l.run) = (j.device, j.run))
