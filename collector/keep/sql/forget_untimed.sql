-- Forget some events with an impossible time; how old they are goes by when they were stored.
delete from store.event_untimed r
 using (select e.device, e.run, e.lane, e.seq, e.at
          from store.event_untimed e left join jsonb_to_recordset(%(units)s) as b(unit text, untimed timestamptz) using (unit)
         where e.stored < coalesce(b.untimed, %(untimed)s)
         limit %(most)s) old
 where (r.device, r.run, r.lane, r.seq, r.at) = (old.device, old.run, old.lane, old.seq, old.at)
