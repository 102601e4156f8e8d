-- Roll the measurements of some hours up, of some places or all; not where raw rows are gone already.
with raw as (
    select site, unit, device, sensor, quantity, value, at as moment
      from store.measurement
     where corrected is null and at >= %(since)s and at < %(until)s
       and (%(sites)s::text[] is null or site = any (%(sites)s))
    union all
    select site, unit, device, sensor, quantity, value, corrected
      from store.measurement
     where corrected >= %(since)s and corrected < %(until)s
       and (%(sites)s::text[] is null or site = any (%(sites)s))
), hour as materialized (
    select site, date_trunc('hour', moment, 'UTC') as bucket, unit, device, sensor, quantity,
           count(*) as n, min(value) as low, max(value) as high, sum(value) as total
      from raw left join store.forgotten f using (unit)
     where moment >= coalesce(f.until, '-infinity')
       and (%(hours)s::timestamptz[] is null or date_trunc('hour', moment, 'UTC') = any (%(hours)s))
     group by site, bucket, unit, device, sensor, quantity
), left_empty as (
    -- Rows went to another hour when their clock was found to be off.
    delete from store.measurement_hour h
     where h.bucket >= %(since)s and h.bucket < %(until)s
       and (%(sites)s::text[] is null or h.site = any (%(sites)s))
       and (%(hours)s::timestamptz[] is null or h.bucket = any (%(hours)s))
       and h.bucket >= coalesce((select f.until from store.forgotten f where f.unit = h.unit), '-infinity')
       and not exists (select from hour x
                        where (x.site, x.bucket, x.unit, x.device, x.sensor, x.quantity)
                            = (h.site, h.bucket, h.unit, h.device, h.sensor, h.quantity))
)
insert into store.measurement_hour as h (site, bucket, unit, device, sensor, quantity, n, low, high, total)
select site, bucket, unit, device, sensor, quantity, n, low, high, total
  from hour
 order by site, bucket, unit, device, sensor, quantity
    on conflict (site, bucket, unit, device, sensor, quantity) do update
   set n = excluded.n, low = excluded.low, high = excluded.high, total = excluded.total
