-- Put in the devices that are new, back, or changed; who stores for another waits for nothing.
insert into store.device (device, site, unit, key)
select device, site, unit, key
  from jsonb_to_recordset(%(rows)s) as x(device text, site text, unit text, key text)
 where not exists (select from store.device o
                    where o.device = x.device
                      and (o.site, o.unit, o.key, o.removed)
                          is not distinct from (x.site, x.unit, x.key, null))
 order by device
    on conflict (device) do update
   set site = excluded.site, unit = excluded.unit, key = excluded.key, removed = null
