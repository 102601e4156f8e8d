-- Give an incident of who went off duty to who came on; he is its owner from now on.
update store.incident i
   set owner = p.person, acknowledged = %(now)s, changed = %(now)s
  from store.person p
 where i.incident = %(incident)s and i.state = 'acknowledged' and i.owner = %(owner)s and i.acknowledged = %(taken)s
   and p.person = %(heir)s and p.unit = i.unit and p.removed is null and p.role in ('coordinator', 'deputy', 'desk')
returning i.incident, i.unit, p.role
