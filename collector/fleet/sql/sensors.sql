-- Put in the sensors and cameras that are new or changed.
insert into store.sensor (device, number, unit, kind, zone, quantity)
select device, number, unit, kind, zone, quantity
  from jsonb_to_recordset(%(rows)s)
       as x(device text, number int, unit text, kind text, zone int, quantity text)
 where not exists (select from store.sensor o
                    where (o.device, o.number) = (x.device, x.number)
                      and (o.unit, o.kind, o.zone, o.quantity)
                          is not distinct from (x.unit, x.kind, x.zone, x.quantity))
    on conflict (device, number) do update
   set unit = excluded.unit, kind = excluded.kind, zone = excluded.zone,
       quantity = excluded.quantity
