-- Put in the sensors and cameras that are new or changed.
insert into store.sensor as t (device, number, unit, kind, zone, quantity)
select device, number, unit, kind, zone, quantity
  from jsonb_to_recordset(%(rows)s)
       as x(device text, number int, unit text, kind text, zone int, quantity text)
    on conflict (device, number) do update
   set unit = excluded.unit, kind = excluded.kind, zone = excluded.zone,
       quantity = excluded.quantity
 where (t.unit, t.kind, t.zone, t.quantity)
       is distinct from (excluded.unit, excluded.kind, excluded.zone, excluded.quantity)
