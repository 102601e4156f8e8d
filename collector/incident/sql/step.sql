-- Put a step of the playbook on the incident's list; what was done stays as it was.
insert into store.incident_step (incident, step, unit, place, role, text, mandatory)
values (%(incident)s, %(step)s, %(unit)s, %(place)s, %(role)s, %(text)s, %(mandatory)s)
    on conflict (incident, step) do update
   set place = excluded.place, role = excluded.role, text = excluded.text, mandatory = excluded.mandatory
 where incident_step.done is null
