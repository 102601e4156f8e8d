-- Hold the incidents that waited before somebody came on duty in their unit, and of which he was not told as such.
select i.incident, i.unit, d.first, d.since
  from store.incident i
  join jsonb_to_recordset(%(duties)s) as d(unit text, first text, since timestamptz) on d.unit = i.unit
 where i.state = 'open' and i.priority <> 'notice' and i.waits_since < d.since
   and not exists (select from store.incident_log l
                    where l.incident = i.incident and l.what = 'shift_changed'
                      and (l.data ->> 'since')::timestamptz = d.since)
 order by i.incident
   for no key update of i skip locked
