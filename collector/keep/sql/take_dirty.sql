-- Take the marked hours of a place within one day off the list, so far as hours were rolled up at all.
with first as (select site, date_trunc('day', bucket, 'UTC') as day
                 from store.rollup_dirty where bucket < %(until)s order by marked limit 1),
     taken as (select d.site, d.bucket
                from store.rollup_dirty d join first using (site)
               where d.bucket >= first.day and d.bucket < first.day + interval '1 day' and d.bucket < %(until)s
               order by d.bucket
                 for update of d skip locked)
delete from store.rollup_dirty d using taken
 where (d.site, d.bucket) = (taken.site, taken.bucket)
returning d.site, d.bucket
