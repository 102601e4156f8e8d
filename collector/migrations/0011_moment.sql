-- Pages go by when it happened, also where a device's clock was off; and how well the collectors listen is seen.
set role wachtpost_owner;
alter table store.incident_record add column corrected timestamptz;
update store.incident_record r
   set corrected = e.corrected
  from store.event e
 where (e.device, e.run, e.lane, e.seq, e.at) = (r.device, r.run, r.lane, r.seq, r.at) and e.corrected is not null;
grant update (corrected) on store.incident_record to wachtpost_collector;
grant select on store.listener to wachtpost_view;
reset role;

set role wachtpost_view;
create or replace view seen.event as
    select device, run, lane, seq, at, received, unit, site, kind, sensor, zone, data, corrected,
           at as moment, null::timestamptz as said
      from store.event where corrected is null
     union all
    select device, run, lane, seq, at, received, unit, site, kind, sensor, zone, data, corrected, corrected, at
      from store.event where corrected is not null
     union all
    -- The clock said an impossible time, and it became known by how much it was off.
    select device, run, lane, seq, case when corrected is not null then at::timestamptz end, received, unit, site, kind,
           sensor, zone, data, corrected, corrected, case when corrected is not null then at::timestamptz end
      from store.event_untimed where corrected is not null;
create or replace view seen.measurement as
    select device, at, received, unit, site, sensor, quantity, value, corrected, at as moment
      from store.measurement where corrected is null
     union all
    select device, at, received, unit, site, sensor, quantity, value, corrected, corrected
      from store.measurement where corrected is not null;
create or replace view seen.incident_record as
    select incident, unit, device, run, lane, seq, at, kind, sensor, zone, data, coalesce(corrected, at) as moment,
           case when corrected is not null then at end as said
      from store.incident_record;
create or replace view seen.incident as
    select incident, unit, site, rule, cause, priority, title, silent, to_control_room,
           coalesce((select min(coalesce(r.corrected, r.at)) from store.incident_record r
                      where r.incident = i.incident), occurred) as occurred,
           opened, changed, state, owner, acknowledged, resolved, outcome, sentence, playbook, playbook_version,
           confirmed,
           (select case when r.corrected is not null then r.at end from store.incident_record r
             where r.incident = i.incident order by coalesce(r.corrected, r.at), r.seq limit 1) as said
      from store.incident i;
create view seen.listener as select name, since, until, seen from store.listener;
grant select on seen.listener to wachtpost_dashboard;

create or replace function seen.last_words(wanted bigint) returns table (last_kinds text[], last_at timestamptz[])
language sql stable
begin atomic
    select coalesce(array_agg(x.kind), '{}'), coalesce(array_agg(x.moment), '{}')
      from (select distinct on (r.device, r.sort, r.sensor, r.path) r.kind, r.moment
              from (select device, sensor, kind, moment, seq, split_part(kind, '.', 1) as sort,
                           case when kind like 'path.%' then run end as path
                      from seen.incident_record
                     where incident = wanted
                       and kind in ('camera.lost', 'camera.restored', 'device.silent', 'device.heard',
                                    'path.lost', 'path.restored')) r
             order by r.device, r.sort, r.sensor, r.path, r.moment desc, r.seq desc) x;
end;
reset role;
