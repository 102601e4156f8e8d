-- What the store holds at the end of a demo, and how long records took to get there.
-- A clip is told when it ends, and says when it was wanted: that is no delay.
with stored as (
    select at, received, kind <> 'clip.kept' as told_at_once from store.event
    union all
    select at, received, true from store.measurement
    union all
    select received, received, true from store.event_untimed
), delay as (
    select extract(epoch from received - at)::float8 as seconds from stored where told_at_once
)
select (select count(*) from stored) as stored,
       (select count(*) from store.incident) as incidents,
       (select coalesce(percentile_cont(0.5) within group (order by seconds), 0) from delay) as delay_median_s,
       (select coalesce(max(seconds), 0) from delay) as delay_max_s
