-- A control room that belongs to a unit sees what that unit handed to it, and no other unit's.
set role wachtpost_owner;
create or replace function store.incident_of_control_room(wanted bigint) returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
return exists (select from store.incident i join store.person p on p.person = store.asker()
                where i.incident = wanted and i.to_control_room and i.state <> 'resolved'
                  and p.role = 'control_room' and p.removed is null
                  and (p.unit is null or p.unit = i.unit));
reset role;
