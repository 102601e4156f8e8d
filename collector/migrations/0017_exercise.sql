-- Exercises, and windows in which a place opens nothing of some kinds.
set role wachtpost_owner;
alter table store.incident add column exercise boolean not null default false;
alter table store.incident add constraint incident_exercise_check
    check (not exercise or outcome is null or outcome = 'exercise');
drop index store.incident_open_once;
create unique index incident_open_once on store.incident (site, cause, exercise) where state <> 'resolved';

create table store.exercise (
    exercise bigint generated always as identity primary key,
    unit text not null references store.unit,
    site text not null references store.site,
    rule text not null,
    person text not null references store.person,
    made timestamptz not null default now(),
    incident bigint references store.incident on delete cascade,
    refused text check (refused in ('no_rule', 'stands', 'late')),
    ended timestamptz,
    check (num_nonnulls(incident, refused) = (ended is not null)::int)
);
create index exercise_waiting on store.exercise (exercise) where ended is null;
create index exercise_by_site on store.exercise (site, made desc);

create table store.suppression (
    suppression bigint generated always as identity primary key,
    unit text not null references store.unit,
    site text not null references store.site,
    zone int,
    kinds text[] not null,
    why text not null check (why in ('works', 'maintenance', 'cleaning', 'delivery', 'weather', 'test')),
    since timestamptz not null,
    until timestamptz not null,
    person text not null references store.person,
    made timestamptz not null default now(),
    ended timestamptz,
    ended_by text references store.person,
    reported timestamptz,
    check (cardinality(kinds) between 1 and 30),
    check (kinds <@ array['camera.lost', 'contact.opened', 'device.silent', 'disk.filling', 'disk.full', 'lens.dirty',
                          'light.changed', 'motion.started', 'nuisance.started', 'path.lost', 'visit.lingered',
                          'visits.repeated']),
    check (since < until and until - since <= interval '24 hours' and until <= made + interval '31 days'),
    check ((ended is null) = (ended_by is null))
);
create index suppression_standing on store.suppression (site) where reported is null;
create index suppression_by_site on store.suppression (site, until desc);

create table store.suppressed (
    suppression bigint not null references store.suppression on delete cascade,
    unit text not null references store.unit,
    device text not null,
    run text not null,
    lane text not null,
    seq bigint not null,
    at timestamptz not null,
    received timestamptz not null,
    corrected timestamptz,
    site text not null,
    kind text not null,
    sensor int,
    zone int,
    data jsonb not null,
    primary key (suppression, device, run, lane, seq)
);

do $$
declare
    name text;
begin
    foreach name in array array['exercise', 'suppression', 'suppressed'] loop
        execute format('alter table store.%I enable row level security', name);
        execute format('create policy collector on store.%I to wachtpost_collector using (true) with check (true)', name);
        execute format('create policy unit on store.%I for select to wachtpost_view, wachtpost_dashboard
                        using (unit = any ((select store.asked_units())::text[]))', name);
    end loop;
end
$$;
create policy act on store.exercise for insert to wachtpost_dashboard
    with check (person = store.asker() and unit = any ((select store.asked_units())::text[])
                and store.asker_role() in ('coordinator', 'deputy'));
create policy act on store.suppression for insert to wachtpost_dashboard
    with check (person = store.asker() and unit = any ((select store.asked_units())::text[])
                and since >= now() - interval '1 minute');
create policy end_it on store.suppression for update to wachtpost_dashboard
    using (unit = any ((select store.asked_units())::text[]) and ended is null and reported is null)
    with check (ended_by = store.asker());

grant select, delete, update (incident, refused, ended) on store.exercise to wachtpost_collector;
grant select, delete, update (reported) on store.suppression to wachtpost_collector;
grant select, insert on store.suppressed to wachtpost_collector;
grant insert (exercise) on store.incident to wachtpost_collector;
grant select on store.exercise, store.suppression, store.suppressed to wachtpost_view;
grant insert (unit, site, rule, person) on store.exercise to wachtpost_dashboard;
grant insert (unit, site, zone, kinds, why, since, until, person), update (ended, ended_by)
    on store.suppression to wachtpost_dashboard;
grant select on store.suppression to wachtpost_dashboard;

reset role;

set role wachtpost_view;
create view seen.exercise as
    select exercise, unit, site, rule, person, made, incident, refused, ended from store.exercise;
create view seen.suppression as
    select suppression, unit, site, zone, kinds, why, since, until, person, made, ended, ended_by, reported,
           least(until, ended) as over,
           (select count(*)::int from store.suppressed s where s.suppression = p.suppression) as held
      from store.suppression p;
create view seen.suppressed as
    select suppression, unit, device, run, lane, seq, kind, sensor, zone, data, coalesce(corrected, at) as moment
      from store.suppressed;
create or replace view seen.incident as
    select incident, unit, site, rule, cause, priority, title, silent, to_control_room,
           coalesce((select min(coalesce(r.corrected, r.at)) from store.incident_record r
                      where r.incident = i.incident), occurred) as occurred,
           opened, changed, state, owner, acknowledged, resolved, outcome, sentence, playbook, playbook_version,
           confirmed,
           (select case when r.corrected is not null then r.at end from store.incident_record r
             where r.incident = i.incident order by coalesce(r.corrected, r.at), r.seq limit 1) as said,
           exercise
      from store.incident i;
grant select on seen.exercise, seen.suppression, seen.suppressed to wachtpost_dashboard;
reset role;
