-- Note that a work of keeping was done, and how far.
insert into store.keep_done as k (what, done, until) values (%(what)s, now(), %(until)s)
    on conflict (what) do update set done = excluded.done, until = coalesce(excluded.until, k.until)
