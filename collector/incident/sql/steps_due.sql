-- Give the mandatory steps of an incident that nobody did, in their order.
select step, role, text from store.incident_step
 where incident = %(incident)s and mandatory and done is null
 order by place, step
