-- Whether the server has TimescaleDB and loads it at start; without that, creating it ends the connection.
select exists (select from pg_available_extensions where name = 'timescaledb')
       and current_setting('shared_preload_libraries') like '%timescaledb%' as loaded
