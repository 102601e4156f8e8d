-- Mark hours that were over when records of them came.
-- The update, though it changes little, waits for whoever rolls the hour up at present; without it, what is rolled up now might miss what is stored now.
insert into store.rollup_dirty (site, bucket)
select site, bucket from jsonb_to_recordset(%(hours)s) as x(site text, bucket timestamptz)
 order by site, bucket
    on conflict (site, bucket) do update set marked = excluded.marked
