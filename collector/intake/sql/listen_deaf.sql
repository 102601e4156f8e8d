-- Say that this collector hears nothing at present; what it heard before stays known.
insert into store.listener as l (name, seen) values (%(name)s, now())
    on conflict (name) do update set since = null, seen = excluded.seen
