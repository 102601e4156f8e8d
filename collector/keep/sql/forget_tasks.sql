-- Forget tasks that somebody set aside, with the records that gave them.
delete from store.task_aside
 where (unit, device, sensor, kind, at) in
       (select t.unit, t.device, t.sensor, t.kind, t.at
          from store.task_aside t left join jsonb_to_recordset(%(units)s) as b(unit text, raw timestamptz) using (unit)
         where t.at < coalesce(b.raw, %(raw)s) and t.done < now() - interval '1 day'
         limit %(most)s)
