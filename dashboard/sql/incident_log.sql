-- The log of an incident from its beginning.
select l.entry, l.at, l.person, l.what, l.data, p.role as person_role
  from seen.incident_log l left join seen.person p on p.person = l.person
 where l.incident = %(incident)s order by l.entry
