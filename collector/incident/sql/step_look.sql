-- Give a step of an incident, and who did it.
select step, role, done, done_by from store.incident_step where incident = %(incident)s and step = %(step)s
