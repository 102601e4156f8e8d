-- The record behind a task, as far as the asker may see it.
select unit from seen.event
 where device = %(device)s and sensor = %(sensor)s and kind = %(kind)s and at = %(at)s
   and kind in ('lens.dirty', 'preset.proposed') limit 1
