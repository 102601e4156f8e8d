-- Roll the measurements of some hours up, of some places or all; not where raw rows are gone already.
insert into store.measurement_hour as h (site, bucket, unit, device, sensor, quantity, n, low, high, total)
select site, date_trunc('hour', at, 'UTC') as bucket, unit, device, sensor, quantity,
       count(*), min(value), max(value), sum(value)
  from store.measurement m left join store.forgotten f using (unit)
 where at >= %(since)s and at < %(until)s
   and (%(sites)s::text[] is null or site = any (%(sites)s))
   and (%(hours)s::timestamptz[] is null or date_trunc('hour', at, 'UTC') = any (%(hours)s))
   and at >= coalesce(f.until, '-infinity')
 group by site, bucket, unit, device, sensor, quantity
 order by site, bucket, unit, device, sensor, quantity
    on conflict (site, bucket, unit, device, sensor, quantity) do update
   set n = excluded.n, low = excluded.low, high = excluded.high, total = excluded.total
