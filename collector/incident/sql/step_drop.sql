-- Take away the steps that nobody did and that are not in force any more.
delete from store.incident_step
 where incident = %(incident)s and done is null and step <> all (%(keep)s::text[])
returning step
