-- Begin a window in which kinds open nothing at a place.
insert into store.suppression (unit, site, zone, kinds, why, since, until, person)
values (%(unit)s, %(site)s, %(zone)s, %(kinds)s, %(why)s, %(since)s, %(until)s, %(person)s)
