-- Before the raw rows of a unit go, note from where on they are whole: older hours are not rolled up again.
insert into store.forgotten as f (unit, until)
select u.unit, coalesce(b.raw, %(raw)s)
  from store.unit u left join jsonb_to_recordset(%(units)s) as b(unit text, raw timestamptz) using (unit)
 order by u.unit
    on conflict (unit) do update set until = excluded.until where f.until < excluded.until
