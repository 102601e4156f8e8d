-- The devices of one place, and how each is.
select d.device, x.heard, x.silent_since, x.heartbeat, x.clock_offset
  from seen.device d left join seen.device_state x on x.device = d.device
 where d.site = %(site)s order by d.device
