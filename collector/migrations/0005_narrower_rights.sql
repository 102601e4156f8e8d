-- The dashboard and the collector may do what they do and no more; presence knows when a frame was sent.
set role wachtpost_owner;

drop policy act on store.incident_step;
create policy act on store.incident_step for update to wachtpost_dashboard
    using ((unit = any ((select store.asked_units())::text[]) or store.incident_of_control_room(incident))
           and exists (select from store.incident i
                        where i.incident = incident_step.incident and i.state <> 'resolved'))
    with check (done_by is null or done_by = store.asker());
drop policy act on store.incident_log;
create policy act on store.incident_log for insert to wachtpost_dashboard
    with check (person = store.asker()
                and what in ('acknowledged', 'handed_over', 'step_done', 'step_undone', 'resolved')
                and (unit = any ((select store.asked_units())::text[]) or store.incident_of_control_room(incident))
                and exists (select from store.incident i
                             where i.incident = incident_log.incident and i.unit = incident_log.unit));
-- The service writes in its own name; it never says that a person did something.
create policy nobody on store.incident_log as restrictive for insert to wachtpost_collector
    with check (person is null);

-- What the dashboard may never do to an incident, whatever its code says: change a closed one, take it from the
-- control room, or give it to somebody of another unit.
create function store.guard_incident() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if old.state = 'resolved'
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
create trigger guard before update on store.incident
    for each row when (session_user = 'wachtpost_dashboard')
    execute function store.guard_incident();

revoke update on store.playbook, store.incident from wachtpost_collector;
grant update (rule, priority, title, playbook, playbook_version, silent, to_control_room, occurred, changed)
    on store.incident to wachtpost_collector;
revoke insert, update on store.incident_step from wachtpost_collector;
grant insert (incident, step, unit, place, role, text, mandatory), update (place, role, text, mandatory)
    on store.incident_step to wachtpost_collector;

alter table store.device_state add column sent timestamptz;

reset role;
