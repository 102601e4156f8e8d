-- Put in the devices that are new, back, or changed.
insert into store.device as t (device, site, unit, key)
select device, site, unit, key
  from jsonb_to_recordset(%(rows)s) as x(device text, site text, unit text, key text)
    on conflict (device) do update
   set site = excluded.site, unit = excluded.unit, key = excluded.key, removed = null
 where (t.site, t.unit, t.key, t.removed)
       is distinct from (excluded.site, excluded.unit, excluded.key, null)
