-- Note how often runs began to speak, and which of them speaks now.
with came as materialized (
    select * from jsonb_to_recordset(%(rows)s)
           as x(device text, run text, unit text, site text, turns int, beside jsonb, speaks boolean)
), put as (
    insert into store.turn as t (device, run, unit, site, turns, beside)
    select device, run, unit, site, turns, beside from came order by device, run
        on conflict (device, run) do update
       set turns = excluded.turns, beside = excluded.beside, heard = now()
)
update store.device_state s set speaker = c.run
  from came c where c.speaks and s.device = c.device
