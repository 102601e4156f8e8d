-- The steps of an incident in their order.
select t.step, t.role, t.text, t.mandatory, t.done, t.done_by, p.role as done_by_role
  from seen.incident_step t left join seen.person p on p.person = t.done_by
 where t.incident = %(incident)s
 order by t.place
