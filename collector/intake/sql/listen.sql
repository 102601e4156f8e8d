-- Say how well this collector hears; give when all of them heard until before it said so.
with before as (
    select max(until) as until from store.listener
)
insert into store.listener as l (name, since, until, seen)
values (%(name)s, now() - %(since)s::interval, now() - %(behind)s::interval, now())
    on conflict (name) do update
   set since = excluded.since, until = greatest(l.until, excluded.until), seen = excluded.seen
returning since, (select until from before) as heard_until
