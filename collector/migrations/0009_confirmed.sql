-- Incidents that two sources confirm, that end themselves, and how well we listen.
set role wachtpost_owner;
alter table store.incident
    add column confirmed timestamptz,
    drop constraint incident_outcome_check,
    add constraint incident_outcome_check
        check (outcome in ('real', 'false', 'nuisance', 'exercise', 'test', 'itself')),
    drop constraint incident_check,
    add constraint incident_check
        check ((state = 'open') = (owner is null) or outcome is not distinct from 'itself');
create index incident_by_site on store.incident (site, opened desc);
alter table store.incident_log
    drop constraint incident_log_what_check,
    add constraint incident_log_what_check
        check (what in ('opened', 'joined', 'acknowledged', 'handed_over', 'step_done',
                        'step_undone', 'resolved', 'told', 'not_told', 'confirmed', 'ended', 'returned'));
-- The collectors, and for how long each has proven that it hears; and when none of them heard.
create table store.listener (
    name text primary key,
    since timestamptz,
    until timestamptz,
    seen timestamptz not null
);
create table store.deaf (
    since timestamptz primary key,
    until timestamptz not null
);
grant select, insert, update on store.listener to wachtpost_collector;
grant select, insert on store.deaf to wachtpost_collector;
grant select on store.deaf to wachtpost_view;
grant update (cause, confirmed, state, resolved, outcome, sentence) on store.incident to wachtpost_collector;

create or replace function store.guard_incident() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if old.state = 'resolved' or new.outcome = 'itself'
       or (old.to_control_room and not new.to_control_room)
       or (new.owner is distinct from old.owner and new.owner is not null
           and new.owner is distinct from store.asker()
           and not exists (select from store.person p
                            where p.person = new.owner and p.unit = old.unit and p.removed is null
                              and p.role in ('coordinator', 'deputy', 'desk'))) then
        raise insufficient_privilege using message = 'an incident does not change like that';
    end if;
    return new;
end
$$;

-- The service itself ends an incident only where records that were withheld made it, or losses that go on in another
-- incident of that place; and it never touches a closed one.
create function store.guard_ending() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if old.state = 'resolved'
       or ((new.state, new.resolved, new.outcome, new.sentence)
           is distinct from (old.state, old.resolved, old.outcome, old.sentence)
           and (new.state <> 'resolved' or new.outcome is distinct from 'itself' or new.sentence <> ''
                or exists (select from store.incident_record r
                            where r.incident = old.incident and r.kind <> 'records.withheld'
                              and not (r.kind in ('device.silent', 'path.lost')
                                       and exists (select from store.incident_record s
                                                     join store.incident j on j.incident = s.incident
                                                    where j.site = old.site and j.state <> 'resolved'
                                                      and j.incident <> old.incident
                                                      and (s.device, s.run, s.lane, s.seq)
                                                          = (r.device, r.run, r.lane, r.seq)))))) then
        raise insufficient_privilege using message = 'an incident does not end like that';
    end if;
    return new;
end
$$;
create trigger guard_ending before update on store.incident
    for each row when (session_user = 'wachtpost_collector')
    execute function store.guard_ending();
reset role;

set role wachtpost_view;
create view seen.deaf as select since, until from store.deaf;
grant select on seen.deaf to wachtpost_dashboard;
create or replace view seen.incident as
    select incident, unit, site, rule, cause, priority, title, silent, to_control_room, occurred, opened, changed,
           state, owner, acknowledged, resolved, outcome, sentence, playbook, playbook_version, confirmed
      from store.incident;

-- The last word about each thing that the records of an incident name as lost, or as there again.
create function seen.last_words(wanted bigint) returns table (last_kinds text[], last_at timestamptz[])
language sql stable
begin atomic
    select coalesce(array_agg(x.kind), '{}'), coalesce(array_agg(x.at), '{}')
      from (select distinct on (r.device, r.sort, r.sensor, r.path) r.kind, r.at
              from (select device, sensor, kind, at, seq, split_part(kind, '.', 1) as sort,
                           case when kind like 'path.%' then run end as path
                      from seen.incident_record
                     where incident = wanted
                       and kind in ('camera.lost', 'camera.restored', 'device.silent', 'device.heard',
                                    'path.lost', 'path.restored')) r
             order by r.device, r.sort, r.sensor, r.path, r.at desc, r.seq desc) x;
end;
reset role;
