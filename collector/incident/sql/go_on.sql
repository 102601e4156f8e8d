-- Copy the records of an incident to the one that it goes on in.
insert into store.incident_record (incident, unit, device, run, lane, seq, at, corrected, kind, sensor, zone,
                                   data)
select %(into)s, unit, device, run, lane, seq, at, corrected, kind, sensor, zone, data
  from store.incident_record where incident = %(incident)s
    on conflict do nothing
