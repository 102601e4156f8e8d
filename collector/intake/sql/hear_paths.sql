-- Paths were heard just now; give those that had been lost or were never heard.
-- One whose device did not show that it lives is heard if this was sent later than what last came by it.
with heard as (
    select h.device, h.way, h.unit, h.site, h.sent
      from jsonb_to_recordset(%(rows)s)
           as h(device text, way int, unit text, site text, sent timestamptz, alive boolean)
      left join store.path_state t using (device, way)
     where h.alive or h.sent > t.sent
), back as (
    select h.device, h.way, h.unit, h.site, t.heard, t.lost_told is not null as told
      from heard h left join store.path_state t using (device, way)
     where t.device is null or t.lost_since is not null
), put as (
    insert into store.path_state as t (device, way, unit, site, heard, sent)
    select device, way, unit, site, now(), sent from heard order by device, way
        on conflict (device, way) do update
       set unit = excluded.unit, site = excluded.site, heard = greatest(t.heard, excluded.heard),
           sent = greatest(t.sent, excluded.sent), gone = null, lost_since = null, lost_told = null
)
select device, way, unit, site, heard, told, clock_timestamp() as now from back order by device, way
