-- Be the only one that keeps house until the transaction ends, if nobody is.
select pg_try_advisory_xact_lock(8700, 3) as taken
