-- One of all collectors looks for gaps at a time; the others leave it to him.
select pg_try_advisory_xact_lock(hashtext('wachtpost gap')) as mine, clock_timestamp() as now
