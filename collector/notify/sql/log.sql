-- Append to an incident's log whether a person was told.
insert into store.incident_log (incident, unit, at, what, data)
values (%(incident)s, %(unit)s, %(now)s, %(what)s, %(data)s)
