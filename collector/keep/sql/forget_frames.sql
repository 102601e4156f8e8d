-- Forget some frames that were set aside.
delete from store.frame_set_aside
 where digest in (select digest from store.frame_set_aside
                   where stored < coalesce((%(units)s::jsonb ->> unit)::timestamptz, %(aside)s)
                   limit %(most)s)
