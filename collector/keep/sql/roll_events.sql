-- Roll the events of some hours up, of some places or all; not where raw rows are gone already.
with raw as (
    select site, unit, kind, at as moment
      from store.event
     where corrected is null and at >= %(since)s and at < %(until)s
       and (%(sites)s::text[] is null or site = any (%(sites)s))
    union all
    select site, unit, kind, corrected
      from store.event
     where corrected >= %(since)s and corrected < %(until)s
       and (%(sites)s::text[] is null or site = any (%(sites)s))
), hour as materialized (
    select site, date_trunc('hour', moment, 'UTC') as bucket, unit, kind, count(*) as n
      from raw left join store.forgotten f using (unit)
     where moment >= coalesce(f.until, '-infinity')
       and (%(hours)s::timestamptz[] is null or date_trunc('hour', moment, 'UTC') = any (%(hours)s))
     group by site, bucket, unit, kind
), left_empty as (
    -- Rows went to another hour when their clock was found to be off.
    delete from store.event_hour h
     where h.bucket >= %(since)s and h.bucket < %(until)s
       and (%(sites)s::text[] is null or h.site = any (%(sites)s))
       and (%(hours)s::timestamptz[] is null or h.bucket = any (%(hours)s))
       and h.bucket >= coalesce((select f.until from store.forgotten f where f.unit = h.unit), '-infinity')
       and not exists (select from hour x
                        where (x.site, x.bucket, x.unit, x.kind) = (h.site, h.bucket, h.unit, h.kind))
)
insert into store.event_hour as h (site, bucket, unit, kind, n)
select site, bucket, unit, kind, n
  from hour
 order by site, bucket, unit, kind
    on conflict (site, bucket, unit, kind) do update set n = excluded.n
