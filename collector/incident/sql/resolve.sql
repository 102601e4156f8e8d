-- Close an incident; who closes one that nobody took becomes its owner.
update store.incident
   set state = 'resolved', resolved = %(now)s, outcome = %(outcome)s, sentence = %(sentence)s, changed = %(now)s,
       owner = coalesce(owner, store.asker()), acknowledged = coalesce(acknowledged, %(now)s)
 where incident = %(incident)s and state <> 'resolved'
