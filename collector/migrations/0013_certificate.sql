-- One certificate a path, renewed over the wire; and two boxes that live under one identity are told.
set role wachtpost_owner;
alter table store.device_state add column speaker text;

create table store.certificate (
    serial text primary key,
    device text not null references store.device,
    way int not null,
    unit text not null references store.unit,
    site text not null references store.site,
    key text not null,
    since timestamptz not null,
    until timestamptz not null,
    issued timestamptz not null default now(),
    chain text not null,
    revoked timestamptz,
    reason text check (reason in ('stolen', 'lost', 'replaced', 'ended', 'other')),
    check ((revoked is null) = (reason is null))
);
create index certificate_of_path on store.certificate (device, way, until desc);

create table store.renewal (
    device text not null references store.device,
    way int not null,
    unit text not null references store.unit,
    site text not null references store.site,
    key text not null,
    came_by int not null,
    asked timestamptz not null default now(),
    answered timestamptz,
    refused text check (refused in ('revoked', 'uncertified', 'bad_key')),
    primary key (device, way)
);

create table store.turn (
    device text not null references store.device,
    run text not null,
    unit text not null references store.unit,
    site text not null references store.site,
    turns int not null,
    beside jsonb not null,
    heard timestamptz not null default now(),
    primary key (device, run)
);

create table store.clone (
    clone bigint generated always as identity primary key,
    device text not null references store.device,
    unit text not null references store.unit,
    site text not null references store.site,
    found timestamptz not null default now(),
    runs text[] not null,
    cleared timestamptz
);
create unique index clone_once on store.clone (device) where cleared is null;

do $$
declare
    name text;
begin
    foreach name in array array['certificate', 'renewal', 'turn', 'clone'] loop
        execute format('alter table store.%I enable row level security', name);
        execute format('create policy collector on store.%I to wachtpost_collector using (true) with check (true)', name);
        execute format('create policy unit on store.%I for select to wachtpost_view, wachtpost_dashboard
                        using (unit = any ((select store.asked_units())::text[]))', name);
    end loop;
end
$$;
grant select, insert, delete on store.certificate to wachtpost_collector;
grant update (revoked, reason) on store.certificate to wachtpost_collector;
grant select, insert, update, delete on store.renewal, store.turn to wachtpost_collector;
grant select, insert, delete on store.clone to wachtpost_collector;
grant update (cleared) on store.clone to wachtpost_collector;
reset role;
