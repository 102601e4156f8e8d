-- Commands to devices, signed by a key that lies offline, until the device says what became of them.
set role wachtpost_owner;
create table store.command (
    device text not null references store.device,
    number bigint not null,
    unit text not null references store.unit,
    site text not null references store.site,
    what text not null,
    said bytea not null,
    signature bytea not null,
    made timestamptz not null,
    expires timestamptz not null,
    put timestamptz not null default now(),
    tries int not null default 0,
    tried timestamptz,
    way int,
    outcome text check (outcome in ('obeyed', 'refused')),
    reason text,
    ended timestamptz,
    primary key (device, number),
    check ((outcome is null) = (ended is null) and (outcome is not distinct from 'refused') = (reason is not null))
);
create index command_waiting on store.command (device, number) where outcome is null;

alter table store.command enable row level security;
create policy collector on store.command to wachtpost_collector using (true) with check (true);
create policy unit on store.command for select to wachtpost_view, wachtpost_dashboard
    using (unit = any ((select store.asked_units())::text[]));
grant select, insert (device, number, unit, site, what, said, signature, made, expires), delete on store.command
    to wachtpost_collector;
grant update (tries, tried, way, outcome, reason, ended) on store.command to wachtpost_collector;
reset role;
