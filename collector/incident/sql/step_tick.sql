-- Tick a step off that nobody did yet.
update store.incident_step set done = %(now)s, done_by = store.asker()
 where incident = %(incident)s and step = %(step)s and done is null
