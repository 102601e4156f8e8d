-- Note that nobody may make a telephone ring at an incident's place any more.
update store.incident set silent = true, changed = %(now)s where incident = %(incident)s
