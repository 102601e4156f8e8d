-- Note the numbers that came; of each lane give those that were there already, and how far it had come.
insert into store.lane_state as t (device, run, lane, unit, site, heard, seen)
select device, run, lane, unit, site, now(), seen
  from jsonb_to_recordset(%(rows)s)
       as x(device text, run text, lane text, unit text, site text, seen int8multirange)
 order by device, run, lane
    on conflict (device, run, lane) do update
   set unit = excluded.unit, site = excluded.site, heard = excluded.heard,
       twice = t.seen * excluded.seen, reach = coalesce(upper(t.seen), 1), seen = t.seen + excluded.seen
returning device, run, lane, twice::text as twice, reach
