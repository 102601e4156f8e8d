-- Be the only one that looks through the chain, if nobody does.
select pg_try_advisory_xact_lock(8700, 5) as taken
