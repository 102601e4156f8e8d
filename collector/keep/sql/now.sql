-- The database's clock, the only one that counts here.
select now() as now
