-- Take a change of the roster back that is not over.
update store.roster_change set withdrawn = %(now)s, withdrawn_by = store.asker()
 where change = %(change)s and withdrawn is null and until > %(now)s
returning person
