-- Give an incident to a person, who is its owner from now on.
update store.incident
   set state = 'acknowledged', owner = %(person)s, acknowledged = %(now)s, changed = %(now)s
 where incident = %(incident)s and state <> 'resolved'
