-- Alarms, movement and changes of light of the last day, in bins of five minutes a device.
select site, device,
       case kind when 'motion.started' then 'moved' when 'light.changed' then 'light' else 'alarm' end as sort,
       min(moment) as first, max(moment) as last, count(*)::int as number
  from seen.event
 where moment > %(since)s and moment <= %(until)s
   and kind in ('motion.started', 'light.changed', 'alarm.raised', 'panic.pressed', 'duress.entered', 'tamper.opened')
 group by site, device, sort, date_bin('5 minutes', moment, 'epoch')
