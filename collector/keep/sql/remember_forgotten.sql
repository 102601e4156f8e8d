-- Before the raw rows of a unit go, note from where on they are whole: older hours are not rolled up again.
insert into store.forgotten as f (unit, until)
select unit, coalesce((%(units)s::jsonb ->> unit)::timestamptz, %(raw)s) from store.unit order by unit
    on conflict (unit) do update set until = excluded.until where f.until < excluded.until
