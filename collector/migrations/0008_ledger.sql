-- Which numbers came, and how a clock is off.
set role wachtpost_owner;
create table store.lane_state (
    device text not null references store.device,
    run text not null,
    lane text not null,
    unit text not null references store.unit,
    site text not null references store.site,
    heard timestamptz not null,
    seen int8multirange not null default '{}',
    dropped int8multirange not null default '{}',
    last bigint,
    successor text,
    twice int8multirange not null default '{}',
    reach bigint not null default 1,
    again bigint not null default 0,
    late bigint not null default 0,
    whole boolean not null generated always as (
        int8multirange(int8range(1, greatest(upper(seen + dropped), last + 1, 1))) - seen - dropped = '{}') stored,
    primary key (device, run, lane)
) with (fillfactor = 50);
create index lane_state_with_holes on store.lane_state (device) where not whole;

create table store.gap (
    device text not null,
    run text not null,
    lane text not null,
    first bigint not null,
    last bigint not null,
    unit text not null references store.unit,
    site text not null references store.site,
    since timestamptz not null,
    told timestamptz,
    primary key (device, run, lane, first),
    foreign key (device, run, lane) references store.lane_state on delete cascade
);

create table store.clock_jump (
    device text not null references store.device,
    run text not null,
    before timestamptz not null,
    unit text not null references store.unit,
    site text not null references store.site,
    seconds double precision not null,
    primary key (device, run, before)
);

alter table store.device_state
    add column clock_offset double precision,
    add column clock_run text,
    add column clock_low double precision,
    add column clock_low_since timestamptz,
    add column clock_frames int not null default 0,
    add column clock_told double precision;
alter table store.path_state add column sent timestamptz;
alter table store.event add column corrected timestamptz;
alter table store.measurement add column corrected timestamptz;
alter table store.event_untimed add column corrected timestamptz;

-- The numbers of the runs that go on: what is stored already is known, so is what it says was dropped; what is still on
-- its way may come.
insert into store.lane_state (device, run, lane, unit, site, heard, seen, dropped)
select r.device, r.run, r.lane, d.unit, d.site, d.heard, range_agg(int8range(r.seq, r.seq + 1)),
       coalesce(range_agg(case when r.kind = 'records.dropped'
                                and (r.data ->> 'first')::bigint between 1 and (r.data ->> 'last')::bigint
                               then int8range((r.data ->> 'first')::bigint, (r.data ->> 'last')::bigint, '[]') end), '{}')
  from store.device_state d
  join (select device, run, lane, seq, kind, data from store.event
        union all select device, run, lane, seq, null, null from store.measurement
        union all select device, run, lane, seq, kind, data from store.event_untimed) r using (device, run)
 where r.seq > 0
 group by r.device, r.run, r.lane, d.unit, d.site, d.heard;

do $$
declare
    name text;
begin
    foreach name in array array['lane_state', 'gap', 'clock_jump'] loop
        execute format('alter table store.%I enable row level security', name);
        execute format('create policy collector on store.%I to wachtpost_collector using (true) with check (true)', name);
        execute format('create policy unit on store.%I for select to wachtpost_view, wachtpost_dashboard
                        using (unit = any ((select store.asked_units())::text[]))', name);
    end loop;
end
$$;
grant select, insert, update, delete on store.lane_state, store.gap, store.clock_jump to wachtpost_collector;
grant update (corrected) on store.event, store.measurement, store.event_untimed to wachtpost_collector;
grant select on store.gap to wachtpost_view;
reset role;

set role wachtpost_view;
create or replace view seen.event as
    select device, run, lane, seq, at, received, unit, site, kind, sensor, zone, data, corrected from store.event;
create or replace view seen.measurement as
    select device, at, received, unit, site, sensor, quantity, value, corrected from store.measurement;
create or replace view seen.event_untimed as
    select device, run, lane, seq, at, received, unit, site, kind, sensor, zone, data, corrected
      from store.event_untimed;
create or replace view seen.device_state as
    select device, unit, site, heard, silent_since, heartbeat, run, clock_offset, clock_told from store.device_state;
create view seen.gap as select device, run, lane, first, last, unit, site, since, told from store.gap;
grant select on seen.gap to wachtpost_dashboard;
reset role;
