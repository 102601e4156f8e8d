-- Forget some raw events of a place that are older than its unit allows.
delete from store.event r
 using (select e.device, e.run, e.lane, e.seq, e.at
          from store.event e left join jsonb_to_recordset(%(units)s) as b(unit text, raw timestamptz) using (unit)
         where e.site = %(site)s and e.at < %(strictest)s
           and coalesce(e.corrected, e.at) < coalesce(b.raw, %(raw)s)
         limit %(most)s) old
 where r.site = %(site)s and r.at < %(strictest)s
   and (r.device, r.run, r.lane, r.seq, r.at) = (old.device, old.run, old.lane, old.seq, old.at)
