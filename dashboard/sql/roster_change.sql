-- Have somebody else a part of the roster for a time, in the asker's name.
insert into store.roster_change (unit, part, person, since, until, made_by)
values (%(unit)s, %(part)s, %(person)s, %(since)s, %(until)s, store.asker())
