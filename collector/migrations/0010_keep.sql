-- How long rows are kept, and what is rolled up from them.
set role wachtpost_owner;

-- So that what a wrong clock put among old rows is found at once.
create index event_corrected on store.event (corrected) where corrected is not null;
create index measurement_corrected on store.measurement (corrected) where corrected is not null;
-- Where a table is not kept by day, this finds the hours of all places.
create index event_by_time on store.event using brin (at) with (autosummarize = on);
create index measurement_by_time on store.measurement using brin (at) with (autosummarize = on);

-- Roll-ups of whole hours, and of the days of the place; they stay where the raw rows are gone.
create table store.measurement_hour (
    site text not null,
    bucket timestamptz not null,
    unit text not null,
    device text not null,
    sensor int not null,
    quantity text not null,
    n bigint not null,
    low double precision not null,
    high double precision not null,
    total double precision not null,
    primary key (site, bucket, unit, device, sensor, quantity)
);
create table store.measurement_day (like store.measurement_hour including constraints including indexes);

create table store.event_hour (
    site text not null,
    bucket timestamptz not null,
    unit text not null,
    kind text not null,
    n bigint not null,
    primary key (site, bucket, unit, kind)
);
create table store.event_day (like store.event_hour including constraints including indexes);

-- Hours for which records came after they were over: to be rolled up again.
create table store.rollup_dirty (
    site text not null,
    bucket timestamptz not null,
    marked timestamptz not null default now(),
    primary key (site, bucket)
);

-- The moment before which the raw rows of a unit are gone; it only moves on.
create table store.forgotten (
    unit text primary key,
    until timestamptz not null
);

-- When each work of keeping was done last, and how far it came.
create table store.keep_done (
    what text primary key,
    done timestamptz not null,
    until timestamptz
);

-- When a row was stored, by the database's clock: retention goes by that, not by what another machine said.
alter table store.event_untimed add column stored timestamptz;
alter table store.frame_set_aside add column stored timestamptz;
alter table store.picture add column stored timestamptz;
update store.event_untimed set stored = least(received, now());
update store.frame_set_aside set stored = least(received, now());
update store.picture set stored = least(received, now());
alter table store.event_untimed alter column stored set not null, alter column stored set default now();
alter table store.frame_set_aside alter column stored set not null, alter column stored set default now();
alter table store.picture alter column stored set not null, alter column stored set default now();

-- Forgets whole days of raw rows before a moment, where TimescaleDB keeps them by day; gives how many chunks went. Only
-- the owner of a hypertable may. Today is never forgotten, whoever asks.
create function store.forget_events(before timestamptz) returns int
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    home text := (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace
                   where e.extname = 'timescaledb');
    piece record;
    needed boolean;
    gone int := 0;
begin
    if before > date_trunc('day', now(), 'UTC') then
        raise insufficient_privilege using message = 'today is not forgotten';
    end if;
    if home is null then
        return 0;
    end if;
    for piece in
        select c.hypertable_name as name, c.chunk_schema, c.chunk_name, c.range_start, c.range_end
          from timescaledb_information.chunks c
         where c.hypertable_schema = 'store' and c.hypertable_name in ('event', 'measurement')
           and c.range_end <= before
         order by c.range_end, c.hypertable_name
    loop
        -- What a clock that went wrong put there is younger than it says.
        execute format('select exists (select from %I.%I where corrected >= $1)', piece.chunk_schema, piece.chunk_name)
           into needed using before;
        if not needed then
            execute format('select %I.drop_chunks(%L, older_than => $1, newer_than => $2)', home, 'store.' || piece.name)
              using piece.range_end, piece.range_start;
            gone := gone + 1;
        end if;
    end loop;
    return gone;
end
$$;

-- Forgets incidents that were resolved before a moment, with all that hangs on them; at most some at once.
create function store.forget_incidents(before timestamptz) returns int
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    old bigint[];
begin
    if before > now() - interval '3 years' then
        raise insufficient_privilege using message = 'an incident is kept for three years';
    end if;
    old := array(select incident from store.incident where resolved < before order by incident limit 1000);
    delete from store.message where incident = any (old);
    delete from store.incident_log where incident = any (old);
    delete from store.incident_step where incident = any (old);
    delete from store.incident_record where incident = any (old);
    delete from store.incident where incident = any (old);
    return cardinality(old);
end
$$;

-- Forgets sessions, links and refusals that ended more than a day ago.
create function store.forget_sign_ins() returns int
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
    with sessions as (delete from store.session
                       where least(ended, expires) < now() - interval '1 day' returning 1),
         links as (delete from store.sign_in_link
                    where least(used, expires) < now() - interval '1 day' returning 1),
         refusals as (delete from store.sign_in_refusal where at < now() - interval '1 day' returning 1)
    select ((select count(*) from sessions) + (select count(*) from links) + (select count(*) from refusals))::int;
end;

revoke execute on function
    store.forget_events(timestamptz), store.forget_incidents(timestamptz), store.forget_sign_ins() from public;
grant execute on function
    store.forget_events(timestamptz), store.forget_incidents(timestamptz), store.forget_sign_ins()
    to wachtpost_collector;

do $$
declare
    name text;
begin
    foreach name in array array['measurement_hour', 'measurement_day', 'event_hour', 'event_day',
                                'rollup_dirty', 'forgotten', 'keep_done'] loop
        execute format('alter table store.%I enable row level security', name);
        execute format('create policy collector on store.%I to wachtpost_collector using (true) with check (true)', name);
    end loop;
    foreach name in array array['measurement_hour', 'measurement_day', 'event_hour', 'event_day'] loop
        execute format('create policy unit on store.%I for select to wachtpost_view
                        using (unit = any ((select store.asked_units())::text[]))', name);
    end loop;
end
$$;
create policy everybody on store.keep_done for select to wachtpost_view using (true);

grant select, insert, update, delete on
    store.measurement_hour, store.measurement_day, store.event_hour, store.event_day, store.rollup_dirty
    to wachtpost_collector;
grant select, insert, update on store.forgotten, store.keep_done to wachtpost_collector;
grant select, delete on store.task_aside to wachtpost_collector;
grant delete on store.deaf to wachtpost_collector;
-- Whoever verifies retention may look how old they are, at nothing else of them.
grant select (made, expires, ended) on store.session to wachtpost_collector;
grant select (made, expires, used) on store.sign_in_link to wachtpost_collector;
grant select (at) on store.sign_in_refusal to wachtpost_collector;
grant select on
    store.measurement_hour, store.measurement_day, store.event_hour, store.event_day, store.keep_done to wachtpost_view;
reset role;

set role wachtpost_view;
create view seen.measurement_hour as
    select site, bucket, unit, device, sensor, quantity, n, low, high, total from store.measurement_hour;
create view seen.measurement_day as
    select site, bucket, unit, device, sensor, quantity, n, low, high, total from store.measurement_day;
create view seen.event_hour as select site, bucket, unit, kind, n from store.event_hour;
create view seen.event_day as select site, bucket, unit, kind, n from store.event_day;
-- The hour before which everything was rolled up.
create view seen.rolled_up as select until from store.keep_done where what = 'rollup';
grant select on seen.measurement_hour, seen.measurement_day, seen.event_hour, seen.event_day, seen.rolled_up
    to wachtpost_dashboard;
reset role;
