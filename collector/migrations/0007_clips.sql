-- Clips beside pictures: what a blob is, how large, and whether it was refused. Tasks that somebody set aside.
set role wachtpost_owner;
alter table store.picture
    add column sort text check (sort in ('jpeg', 'mp4')),
    add column size bigint,
    add column refused timestamptz;
-- Until now nothing else was ever sent.
update store.picture set sort = 'jpeg' where complete is not null;

create index event_of_upkeep on store.event (site, at desc)
    where kind in ('camera.lost', 'camera.restored', 'lens.dirty', 'preset.proposed', 'clip.kept',
                   'disk.filling', 'disk.full', 'disk.restored');

create table store.task_aside (
    unit text not null references store.unit,
    device text not null,
    sensor int not null,
    kind text not null,
    at timestamptz not null,
    person text not null references store.person,
    done timestamptz not null default now(),
    primary key (unit, device, sensor, kind, at)
);
alter table store.task_aside enable row level security;
create policy collector on store.task_aside to wachtpost_collector using (true) with check (true);
create policy unit on store.task_aside for select to wachtpost_view, wachtpost_dashboard
    using (unit = any ((select store.asked_units())::text[]));
create policy act on store.task_aside for insert to wachtpost_dashboard
    with check (person = store.asker() and unit = any ((select store.asked_units())::text[]));
grant select on store.task_aside to wachtpost_view;
grant insert on store.task_aside to wachtpost_dashboard;
reset role;

set role wachtpost_view;
create or replace view seen.device_state as
    select device, unit, site, heard, silent_since, heartbeat, run from store.device_state;
create or replace view seen.picture as
    select digest, device, unit, site, received, complete, sort, size, refused from store.picture;
create view seen.task_aside as select unit, device, sensor, kind, at, person, done from store.task_aside;
grant select on seen.task_aside to wachtpost_dashboard;
reset role;
