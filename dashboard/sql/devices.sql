-- The devices of the asker's places, and when each was heard.
select d.device, d.site, x.heard, x.silent_since, x.heartbeat
  from seen.device d left join seen.device_state x on x.device = d.device
 order by d.site, d.device
