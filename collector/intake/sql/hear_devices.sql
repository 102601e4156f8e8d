-- Devices were heard just now; give those that had been silent or were never heard.
with heard as (
    select device, unit, site, run, heartbeat, sent
      from jsonb_to_recordset(%(rows)s)
           as x(device text, unit text, site text, run text, heartbeat jsonb, sent timestamptz)
), back as (
    select h.device, h.unit, h.site, t.heard, t.silent_told is not null as told
      from heard h left join store.device_state t using (device)
     where t.device is null or t.silent_since is not null
), put as (
    insert into store.device_state as t (device, unit, site, run, heard, heartbeat, sent)
    select device, unit, site, run, now(), heartbeat, sent from heard order by device
        on conflict (device) do update
       set unit = excluded.unit, site = excluded.site, run = excluded.run,
           heard = greatest(t.heard, excluded.heard), silent_since = null, silent_told = null,
           heartbeat = coalesce(excluded.heartbeat, t.heartbeat), sent = greatest(t.sent, excluded.sent)
)
select device, unit, site, heard, told, clock_timestamp() as now from back order by device
