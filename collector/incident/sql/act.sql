-- Append what the asker did to an incident's log.
insert into store.incident_log (incident, unit, at, person, what, data)
values (%(incident)s, %(unit)s, %(now)s, store.asker(), %(what)s, %(data)s)
