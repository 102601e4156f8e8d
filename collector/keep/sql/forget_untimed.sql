-- Forget some events with an impossible time; how old they are goes by when they were stored.
delete from store.event_untimed
 where ctid = any (array(select ctid from store.event_untimed
                          where stored < coalesce((%(units)s::jsonb ->> unit)::timestamptz, %(untimed)s)
                          limit %(most)s))
