-- Devices that were not heard for a while and that the inventory still has.
select s.device, s.unit, s.site, s.heard, p.kind = 'home' as home,
       clock_timestamp() - s.heard as unheard, clock_timestamp() as now,
       s.silent_since is not null as shown, s.silent_told is not null as told
  from store.device_state s
  join store.device d using (device)
  join store.site p on p.site = s.site
 where d.removed is null and s.heard < clock_timestamp() - %(least)s::interval
   and (s.silent_since is null or s.silent_told is null)
 order by s.device
