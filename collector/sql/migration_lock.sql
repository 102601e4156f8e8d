-- Wait until nobody else migrates this database; held until the transaction ends.
select pg_advisory_xact_lock(8700, 1) is null as locked
