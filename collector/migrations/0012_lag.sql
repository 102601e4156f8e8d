-- Times of long ago are corrected beside the intake, back to where the clock was known to be right.
set role wachtpost_owner;
alter table store.device_state add column clock_right timestamptz;
create table store.clock_lag (
    lag bigint generated always as identity primary key,
    device text not null references store.device,
    run text not null,
    unit text not null references store.unit,
    site text not null references store.site,
    seconds double precision not null,
    since timestamptz not null,
    until timestamptz not null,
    before timestamptz not null,
    reach bigint,
    worked timestamptz not null default now()
);
alter table store.clock_lag enable row level security;
create policy collector on store.clock_lag to wachtpost_collector using (true) with check (true);
create policy unit on store.clock_lag for select to wachtpost_view, wachtpost_dashboard
    using (unit = any ((select store.asked_units())::text[]));
grant select, insert, update, delete on store.clock_lag to wachtpost_collector;
reset role;
