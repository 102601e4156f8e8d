-- Wait until nobody else brings in an inventory; held until the transaction ends.
select pg_advisory_xact_lock(8700, 2) is null as locked
