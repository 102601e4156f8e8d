-- Until when an incident is its owner's, whom it goes to where nobody takes it, and who is on duty.
set role wachtpost_owner;
alter table store.incident
    add column round int not null default 1,
    add column waits_since timestamptz,
    add column taken_until timestamptz;
update store.incident set waits_since = opened where state = 'open';
update store.incident set taken_until = now() + interval '1 hour' where state = 'acknowledged' and priority <> 'notice';
alter table store.incident_log
    drop constraint incident_log_what_check,
    add constraint incident_log_what_check
        check (what in ('opened', 'joined', 'acknowledged', 'handed_over', 'step_done',
                        'step_undone', 'resolved', 'told', 'not_told', 'confirmed', 'ended', 'returned',
                        'held', 'lapsed', 'escalated', 'shift_changed'));
drop policy act on store.incident_log;
create policy act on store.incident_log for insert to wachtpost_dashboard
    with check (person = store.asker()
                and what in ('acknowledged', 'held', 'handed_over', 'step_done', 'step_undone', 'resolved')
                and (unit = any ((select store.asked_units())::text[]) or store.incident_of_control_room(incident))
                and exists (select from store.incident i
                             where i.incident = incident_log.incident and i.unit = incident_log.unit));

-- What is to be done where nobody takes an incident: whom it goes to at `due`, in a round that ends when somebody takes it
-- (`stopped`). A step is done once, whoever does it.
create table store.escalation (
    incident bigint not null references store.incident,
    round int not null,
    step int not null,
    unit text not null references store.unit,
    tells text[] not null,
    due timestamptz not null,
    done timestamptz,
    stopped timestamptz,
    primary key (incident, round, step)
);
create index escalation_due on store.escalation (due) where done is null and stopped is null;

-- Somebody else has a part of a unit's roster for a time.
create table store.roster_change (
    change bigint generated always as identity primary key,
    unit text not null references store.unit,
    part text not null check (part in ('first', 'stand_in')),
    person text not null references store.person,
    since timestamptz not null,
    until timestamptz not null,
    made timestamptz not null default now(),
    made_by text not null references store.person,
    withdrawn timestamptz,
    withdrawn_by text references store.person,
    check (since < until and until <= since + interval '31 days'),
    check ((withdrawn is null) = (withdrawn_by is null))
);
create index roster_change_by_unit on store.roster_change (unit, until);

-- The processes that watch the collectors, and when each did last.
create table store.watchdog (
    name text primary key,
    seen timestamptz not null
);

-- Who may have a part of a unit's roster: a colleague who has incidents and can be told.
create function store.may_be_on_duty(wanted text, of_unit text) returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
return exists (select from store.person p
                where p.person = wanted and p.unit = of_unit and p.removed is null and p.tell is not null
                  and p.role in ('coordinator', 'deputy', 'desk'));
insert into store.keep_turn values ('watchdog');

do $$
declare
    name text;
begin
    foreach name in array array['escalation', 'roster_change'] loop
        execute format('alter table store.%I enable row level security', name);
        execute format('create policy collector on store.%I to wachtpost_collector using (true) with check (true)', name);
        execute format('create policy unit on store.%I for select to wachtpost_view, wachtpost_dashboard
                        using (unit = any ((select store.asked_units())::text[]))', name);
    end loop;
end
$$;
create policy control_room on store.escalation for select to wachtpost_view, wachtpost_dashboard
    using ((select store.asker_role()) = 'control_room'
           and store.incident_of_control_room(incident));

grant select, insert on store.escalation to wachtpost_collector;
grant update (done) on store.escalation to wachtpost_collector;
grant update (owner, acknowledged) on store.incident to wachtpost_collector;
grant select, insert, update on store.watchdog to wachtpost_collector;
grant select, delete on store.roster_change to wachtpost_collector;
grant select on store.escalation, store.roster_change, store.watchdog to wachtpost_view;
-- The coordinator and the deputy change their roster, from now on, in their own name.
create policy change on store.roster_change for insert to wachtpost_dashboard
    with check (made_by = store.asker() and unit = any ((select store.asked_units())::text[])
                and (select store.asker_role()) in ('coordinator', 'deputy')
                and until > now() and store.may_be_on_duty(person, unit));
create policy withdraw on store.roster_change for update to wachtpost_dashboard
    using (unit = any ((select store.asked_units())::text[])
           and (select store.asker_role()) in ('coordinator', 'deputy') and withdrawn is null)
    with check (withdrawn_by = store.asker());
grant select, insert (unit, part, person, since, until, made_by), update (withdrawn, withdrawn_by)
    on store.roster_change to wachtpost_dashboard;
revoke execute on function store.may_be_on_duty(text, text) from public;
grant execute on function store.may_be_on_duty(text, text) to wachtpost_dashboard;

create or replace function store.guard_ending() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if old.state = 'acknowledged' and new.state = 'open' and old.taken_until <= new.changed
       and (new.resolved, new.outcome, new.sentence) is not distinct from (old.resolved, old.outcome, old.sentence) then
        return new;
    end if;
    if old.state = 'resolved'
       or (new.owner is distinct from old.owner
           and not exists (select from store.person p
                            where p.person = new.owner and p.unit = old.unit and p.removed is null
                              and p.role in ('coordinator', 'deputy', 'desk')))
       or ((new.state, new.resolved, new.outcome, new.sentence)
           is distinct from (old.state, old.resolved, old.outcome, old.sentence)
           and (new.state <> 'resolved' or new.outcome is distinct from 'itself' or new.sentence <> ''
                or exists (select from store.incident_record r
                            where r.incident = old.incident and r.kind <> 'records.withheld'
                              and not (r.kind in ('device.silent', 'device.heard', 'path.lost', 'path.restored')
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
-- Whose an incident is, and until when: nobody sets that by himself. What its owner does draws it out; when his time is
-- over, or it goes back to a role, or gets more urgent, it waits again and is told in a new round. A notice waits for ever.
create function store.hold_incident() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    heard constant timestamptz := least(new.changed, now());
    more_urgent boolean := false;
    hold interval;
begin
    if tg_op = 'INSERT' then
        new.round := 1;
        new.waits_since := case when new.state = 'open' then new.opened end;
        new.taken_until := null;
        return new;
    end if;
    more_urgent := new.priority = 'urgent' and old.priority <> 'urgent';
    new.round := old.round;
    new.waits_since := old.waits_since;
    new.taken_until := old.taken_until;
    if new.state = 'open' and (old.state <> 'open' or more_urgent) then
        new.round := old.round + 1;
        new.waits_since := heard;
    end if;
    if new.state <> 'open' then
        new.waits_since := null;
    end if;
    if new.state <> 'acknowledged' or new.priority = 'notice' then
        new.taken_until := null;
    elsif new.owner is distinct from old.owner or new.owner = store.asker() or more_urgent then
        select make_interval(secs => coalesce((u.policy ->> ('hold_' || new.priority || '_s'))::int,
                                              case new.priority when 'urgent' then 900 else 3600 end))
          into hold from store.unit u where u.unit = new.unit;
        new.taken_until := heard + hold;
    end if;
    if new.state <> 'open' or new.round <> old.round then
        update store.escalation set stopped = heard
         where incident = new.incident and done is null and stopped is null;
    end if;
    return new;
end
$$;
create trigger hold before insert or update on store.incident
    for each row execute function store.hold_incident();

create or replace function store.forget_incidents(before timestamptz) returns int
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
    delete from store.escalation where incident = any (old);
    delete from store.incident_log where incident = any (old);
    delete from store.incident_step where incident = any (old);
    delete from store.incident_record where incident = any (old);
    delete from store.incident where incident = any (old);
    return cardinality(old);
end
$$;
reset role;

set role wachtpost_view;
create or replace view seen.incident as
    select incident, unit, site, rule, cause, priority, title, silent, to_control_room,
           coalesce((select min(coalesce(r.corrected, r.at)) from store.incident_record r
                      where r.incident = i.incident), occurred) as occurred,
           opened, changed, state, owner, acknowledged, resolved, outcome, sentence, playbook, playbook_version,
           confirmed,
           (select case when r.corrected is not null then r.at end from store.incident_record r
             where r.incident = i.incident order by coalesce(r.corrected, r.at), r.seq limit 1) as said,
           exercise, round, waits_since, taken_until
      from store.incident i;
create view seen.escalation as
    select incident, round, step, unit, tells, due, done, stopped from store.escalation;
create view seen.roster_change as
    select change, unit, part, person, since, until, made, made_by, withdrawn, withdrawn_by from store.roster_change;
create view seen.watchdog as select name, seen from store.watchdog;
grant select on seen.escalation, seen.roster_change, seen.watchdog to wachtpost_dashboard;
reset role;
