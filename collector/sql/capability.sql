-- What the database can do: plain PostgreSQL, or TimescaleDB in one of its two editions.
select case
           when not exists (select from pg_extension where extname = 'timescaledb') then 'plain'
           when current_setting('timescaledb.license', true) = 'timescale' then 'tsl'
           else 'apache'
       end as capability
