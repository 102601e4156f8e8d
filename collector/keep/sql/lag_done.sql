-- The times of a run are corrected.
delete from store.clock_lag where lag = %(lag)s
