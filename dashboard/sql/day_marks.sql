-- Alarms and movement of the last day, in bins of five minutes a device.
select site, device,
       case when kind = 'motion.started' then 'moved' else 'alarm' end as sort,
       min(at) as first, max(at) as last, count(*)::int as number
  from seen.event
 where at > %(since)s and at <= %(until)s
   and kind in ('motion.started', 'alarm.raised', 'panic.pressed', 'duress.entered', 'tamper.opened')
 group by site, device, sort, date_bin('5 minutes', at, 'epoch')
