-- Say that a watchdog watches.
insert into store.watchdog (name, seen) values (%(name)s, now())
    on conflict (name) do update set seen = now()
