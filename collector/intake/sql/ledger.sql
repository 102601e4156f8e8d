-- Note the numbers that came; give the lanes that had some of them already, or later ones: which, and how far it had come.
with came as materialized (
    select device, run, lane, unit, site, seen
      from jsonb_to_recordset(%(rows)s)
           as x(device text, run text, lane text, unit text, site text, seen int8multirange)
), met as (
    insert into store.lane_state as t (device, run, lane, unit, site, heard, seen)
    select device, run, lane, unit, site, now(), seen from came
     order by device, run, lane
        on conflict (device, run, lane) do update
       set unit = excluded.unit, site = excluded.site, heard = excluded.heard,
           twice = t.seen * excluded.seen, reach = coalesce(upper(t.seen), 1), seen = t.seen + excluded.seen
    returning device, run, lane, twice, reach
)
select device, run, lane, m.twice::text as twice, m.reach
  from met m join came c using (device, run, lane)
 where m.twice <> '{}' or m.reach > lower(c.seen)
