-- Where TimescaleDB is: what devices wrote down is kept by day. Safe to run again, and on tables with rows in them.
do $$
begin
    execute format('alter database %I set timescaledb.telemetry_level = off', current_database());
end
$$;
select create_hypertable('store.event', by_range('at', interval '1 day'),
                         create_default_indexes => false, if_not_exists => true, migrate_data => true);
select create_hypertable('store.measurement', by_range('at', interval '1 day'),
                         create_default_indexes => false, if_not_exists => true, migrate_data => true);
