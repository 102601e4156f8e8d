-- Paths that were not heard for a while, or that the broker called lost, and were not told yet.
select s.device, s.way, s.unit, s.site, s.heard, clock_timestamp() - s.heard as unheard,
       clock_timestamp() - s.gone as gone, clock_timestamp() as now
  from store.path_state s
  join store.device d using (device)
 where d.removed is null and s.lost_told is null
   and (s.gone is not null or s.heard < clock_timestamp() - %(least)s::interval)
 order by s.device, s.way
