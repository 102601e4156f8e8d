-- Append what the service itself did to an incident's log.
insert into store.incident_log (incident, unit, at, what, data)
values (%(incident)s, %(unit)s, %(now)s, %(what)s, %(data)s)
