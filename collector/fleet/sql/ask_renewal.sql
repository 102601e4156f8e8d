-- Note that paths want a new certificate; the latest request of each counts.
insert into store.renewal (device, way, unit, site, key, came_by)
select device, way, unit, site, key, came_by
  from jsonb_to_recordset(%(rows)s)
       as x(device text, way int, unit text, site text, key text, came_by int)
 order by device, way
    on conflict (device, way) do update
   set unit = excluded.unit, site = excluded.site, key = excluded.key, came_by = excluded.came_by,
       asked = now(), answered = null
