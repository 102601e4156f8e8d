-- Ask for an exercise; the collector begins it.
insert into store.exercise (unit, site, rule, person) values (%(unit)s, %(site)s, %(rule)s, %(person)s)
