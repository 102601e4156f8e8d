-- Note how far the times of a run are corrected.
update store.clock_lag set reach = %(first)s, worked = clock_timestamp() where lag = %(lag)s
