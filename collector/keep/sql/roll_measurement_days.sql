-- Roll the hours of some days up, by the days of the place.
insert into store.measurement_day as d (site, bucket, unit, device, sensor, quantity, n, low, high, total)
select h.site, date_trunc('day', h.bucket, s.time_zone) as day, h.unit, h.device, h.sensor, h.quantity,
       sum(h.n), min(h.low), max(h.high), sum(h.total)
  from store.site s join store.measurement_hour h using (site)
 where (%(sites)s::text[] is null or s.site = any (%(sites)s))
   and h.bucket >= date_trunc('day', %(since)s::timestamptz, s.time_zone)
   and h.bucket < (date_trunc('day', (%(until)s::timestamptz - interval '1 second') at time zone s.time_zone)
                   + interval '1 day') at time zone s.time_zone
 group by h.site, day, h.unit, h.device, h.sensor, h.quantity
 order by h.site, day, h.unit, h.device, h.sensor, h.quantity
    on conflict (site, bucket, unit, device, sensor, quantity) do update
   set n = excluded.n, low = excluded.low, high = excluded.high, total = excluded.total
