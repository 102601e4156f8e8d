-- Note that the owner of an incident does something about it: the store draws his time out.
update store.incident set changed = %(now)s
 where incident = %(incident)s and state = 'acknowledged' and owner = store.asker()
