-- The numbers that are missing below one that came, and at the end of a run of which the next one came; of each lane the first hundred.
with lane as (
    select s.device, s.run, s.lane, s.unit, s.site, s.seen, s.dropped,
           greatest(upper(s.seen + s.dropped),
                    case when exists (select from store.lane_state n
                                       where (n.device, n.run, n.lane) = (s.device, s.successor, s.lane)
                                         and n.seen <> '{}') then s.last + 1 end, 1) as reach
      from store.lane_state s
      join store.device d using (device)
     where not s.whole and d.removed is null
)
select device, run, lane, lower(hole) as first, upper(hole) - 1 as last, unit, site
  from lane
 cross join lateral (select hole from unnest(int8multirange(int8range(1, reach)) - seen - dropped) hole
                      limit 100) h
