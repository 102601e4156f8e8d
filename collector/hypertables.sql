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
-- The edition that can compress (tsl) does so where no row-level security stands; behind our walls that is nowhere.
do $$
declare
    name text;
begin
    if current_setting('timescaledb.license', true) is distinct from 'timescale' then
        return;
    end if;
    for name in
        select c.relname from pg_class c
         where c.oid in ('store.event'::regclass, 'store.measurement'::regclass) and not c.relrowsecurity
    loop
        execute format('alter table store.%I set (timescaledb.compress, timescaledb.compress_segmentby = %L,
                        timescaledb.compress_orderby = %L)', name, 'site', 'at desc');
        perform add_compression_policy(format('store.%I', name)::regclass, interval '7 days', if_not_exists => true);
    end loop;
end
$$;
