-- Keep a step of a device's clock, once.
insert into store.clock_jump (device, run, before, unit, site, seconds)
values (%(device)s, %(run)s, %(before)s, %(unit)s, %(site)s, %(seconds)s)
    on conflict do nothing
