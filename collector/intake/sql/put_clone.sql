-- Mark a device of which two live; no row where it is marked already.
insert into store.clone (device, unit, site, runs) values (%(device)s, %(unit)s, %(site)s, %(runs)s)
    on conflict (device) where cleared is null do nothing
