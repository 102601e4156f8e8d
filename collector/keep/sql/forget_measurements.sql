-- Forget some raw measurements of a place that are older than its unit allows.
-- A place in the table (ctid) may stand for a row of each day of it: so what goes is asked once more whether it is old.
-- A clock may have been ahead by a day and its record still have been taken for timed.
delete from store.measurement
 where ctid = any (array(select ctid from store.measurement
                          where site = %(site)s and at < %(strictest)s + interval '1 day'
                            and coalesce(corrected, at) < coalesce((%(units)s::jsonb ->> unit)::timestamptz, %(raw)s)
                          limit %(most)s))
   and site = %(site)s and at < %(strictest)s + interval '1 day'
   and coalesce(corrected, at) < coalesce((%(units)s::jsonb ->> unit)::timestamptz, %(raw)s)
