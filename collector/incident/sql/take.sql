-- Take an incident that nobody has; the asker becomes its owner.
update store.incident
   set state = 'acknowledged', owner = store.asker(), acknowledged = %(now)s, changed = %(now)s
 where incident = %(incident)s and state = 'open'
