-- Take back that a step was done.
update store.incident_step set done = null, done_by = null
 where incident = %(incident)s and step = %(step)s and done is not null
