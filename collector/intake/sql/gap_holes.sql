-- The numbers that are missing below one that came, and at the end of a run of which the next one came; of each lane the first hundred.
-- What people were told of is missing until it comes, also where it is gone by now: as long as its incident stands, nothing may say that it came.
with told as (
    select g.device, g.run, g.lane, range_agg(int8range(g.first, g.last + 1)) as numbers
      from store.gap g
     where g.told is not null
       and exists (select from store.incident i join store.incident_record r using (incident)
                    where i.site = g.site and i.state <> 'resolved' and r.kind = 'records.withheld'
                      and (r.device, r.run) = (g.device, 'gap-' || g.run || '-' || g.lane))
     group by g.device, g.run, g.lane
), lane as (
    select s.device, s.run, s.lane, s.unit, s.site, s.seen, s.dropped, coalesce(t.numbers, '{}') as told,
           case when d.removed is null
                then greatest(upper(s.seen + s.dropped),
                              case when exists (select from store.lane_state n
                                                 where (n.device, n.run, n.lane) = (s.device, s.successor, s.lane)
                                                   and n.seen <> '{}') then s.last + 1 end, 1)
                else 1 end as reach
      from store.lane_state s
      join store.device d using (device)
      left join told t using (device, run, lane)
     where (not s.whole and d.removed is null) or t.device is not null
)
select device, run, lane, lower(hole) as first, upper(hole) - 1 as last, unit, site
  from lane
 cross join lateral (select hole
                       from unnest(int8multirange(int8range(1, reach)) - seen - dropped + (told - seen)) hole
                      limit 100) h
