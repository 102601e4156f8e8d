-- Give the roles of those who have a message about this incident.
select distinct p.role
  from store.message m join store.person p on p.person = m.person
 where m.incident = %(incident)s
