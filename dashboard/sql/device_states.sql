-- The health of every device that the asker may see, the silent ones first.
select device, unit, site, heard, silent_since, heartbeat from seen.device_state
 order by silent_since is null, heard limit 500
