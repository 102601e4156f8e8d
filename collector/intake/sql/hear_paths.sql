-- Paths were heard just now; give those that had been lost or were never heard.
with heard as (
    select device, way, unit, site
      from jsonb_to_recordset(%(rows)s) as x(device text, way int, unit text, site text)
), back as (
    select h.device, h.way, h.unit, h.site, t.heard, t.lost_told is not null as told
      from heard h left join store.path_state t using (device, way)
     where t.device is null or t.lost_since is not null
), put as (
    insert into store.path_state as t (device, way, unit, site, heard)
    select device, way, unit, site, now() from heard order by device, way
        on conflict (device, way) do update
       set unit = excluded.unit, site = excluded.site, heard = greatest(t.heard, excluded.heard),
           gone = null, lost_since = null, lost_told = null
)
select device, way, unit, site, heard, told, clock_timestamp() as now from back order by device, way
