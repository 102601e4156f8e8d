-- Roll the hours of some days up, by the days of the place.
with day as materialized (
    select s.site, d.since, d.until, s.time_zone
      from store.site s
     cross join lateral (
            select date_trunc('day', %(since)s::timestamptz, s.time_zone) as since,
                   (date_trunc('day', (%(until)s::timestamptz - interval '1 second') at time zone s.time_zone)
                    + interval '1 day') at time zone s.time_zone as until) d
     where %(sites)s::text[] is null or s.site = any (%(sites)s)
), sum as materialized (
    select h.site, date_trunc('day', h.bucket, d.time_zone) as bucket, h.unit, h.device, h.sensor, h.quantity,
           sum(h.n) as n, min(h.low) as low, max(h.high) as high, sum(h.total) as total
      from day d join store.measurement_hour h on h.site = d.site and h.bucket >= d.since and h.bucket < d.until
     group by h.site, date_trunc('day', h.bucket, d.time_zone), h.unit, h.device, h.sensor, h.quantity
), left_empty as (
    delete from store.measurement_day x using day d
     where x.site = d.site and x.bucket >= d.since and x.bucket < d.until
       and not exists (select from sum s
                        where (s.site, s.bucket, s.unit, s.device, s.sensor, s.quantity)
                            = (x.site, x.bucket, x.unit, x.device, x.sensor, x.quantity))
)
insert into store.measurement_day as d (site, bucket, unit, device, sensor, quantity, n, low, high, total)
select site, bucket, unit, device, sensor, quantity, n, low, high, total
  from sum
 order by site, bucket, unit, device, sensor, quantity
    on conflict (site, bucket, unit, device, sensor, quantity) do update
   set n = excluded.n, low = excluded.low, high = excluded.high, total = excluded.total
