-- Forget tasks that somebody set aside, with the records that gave them.
delete from store.task_aside
 where ctid = any (array(select ctid from store.task_aside
                          where at < coalesce((%(units)s::jsonb ->> unit)::timestamptz, %(raw)s)
                            and done < now() - interval '1 day'
                          limit %(most)s))
