-- Forget some frames that were set aside.
delete from store.frame_set_aside
 where digest in (select f.digest
                    from store.frame_set_aside f
                    left join jsonb_to_recordset(%(units)s) as b(unit text, aside timestamptz) using (unit)
                   where f.stored < coalesce(b.aside, %(aside)s)
                   limit %(most)s)
