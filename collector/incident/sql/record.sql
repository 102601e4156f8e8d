-- Copy a record to its incident, where it outlives the raw row.
insert into store.incident_record (incident, unit, device, run, lane, seq, at, corrected, kind, sensor, zone,
                                   data)
values (%(incident)s, %(unit)s, %(device)s, %(run)s, %(lane)s, %(seq)s, %(at)s, %(corrected)s, %(kind)s,
        %(sensor)s, %(zone)s, %(data)s)
    on conflict do nothing
