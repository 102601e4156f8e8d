-- Paths were heard just now; give those that had been lost.
with heard as (
    select device, way, unit, site
      from jsonb_to_recordset(%(rows)s) as x(device text, way int, unit text, site text)
), was_lost as (
    select t.device, t.way, t.unit from store.path_state t join heard using (device, way)
     where t.lost_since is not null
), put as (
    insert into store.path_state as t (device, way, unit, site, heard)
    select device, way, unit, site, now() from heard order by device, way
        on conflict (device, way) do update
       set unit = excluded.unit, site = excluded.site, heard = greatest(t.heard, excluded.heard),
           gone = null, lost_since = null, lost_told = null
)
select device, way, unit from was_lost order by device, way
