-- Devices were heard just now; give those that had been silent or were never heard, at least one row for the time.
with heard as (
    select *
      from jsonb_to_recordset(%(rows)s)
           as x(device text, unit text, site text, run text, heartbeat jsonb, sent timestamptz,
                clock_offset double precision, clock_run text, clock_low double precision,
                clock_low_since timestamptz, clock_frames int, clock_told double precision,
                clock_right timestamptz)
), back as (
    select h.device, h.unit, h.site, t.heard, t.silent_told is not null as told
      from heard h left join store.device_state t using (device)
     where t.device is null or t.silent_since is not null
), put as (
    insert into store.device_state as t
           (device, unit, site, run, heard, heartbeat, sent,
            clock_offset, clock_run, clock_low, clock_low_since, clock_frames, clock_told,
            clock_right)
    select device, unit, site, run, now(), heartbeat, sent,
           clock_offset, clock_run, clock_low, clock_low_since, clock_frames, clock_told,
           clock_right
      from heard order by device
        on conflict (device) do update
       set unit = excluded.unit, site = excluded.site, run = excluded.run,
           heard = greatest(t.heard, excluded.heard), silent_since = null, silent_told = null,
           heartbeat = coalesce(excluded.heartbeat, t.heartbeat), sent = greatest(t.sent, excluded.sent),
           clock_offset = excluded.clock_offset, clock_run = excluded.clock_run, clock_low = excluded.clock_low,
           clock_low_since = excluded.clock_low_since, clock_frames = excluded.clock_frames,
           clock_told = excluded.clock_told, clock_right = excluded.clock_right
)
select b.*, clock.now
  from (select clock_timestamp() as now) clock left join back b on true
 order by b.device
