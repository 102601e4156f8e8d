-- Roll the hours of some days up, by the days of the place.
insert into store.event_day as d (site, bucket, unit, kind, n)
select h.site, date_trunc('day', h.bucket, s.time_zone) as day, h.unit, h.kind, sum(h.n)
  from store.site s join store.event_hour h using (site)
 where (%(sites)s::text[] is null or s.site = any (%(sites)s))
   and h.bucket >= date_trunc('day', %(since)s::timestamptz, s.time_zone)
   and h.bucket < (date_trunc('day', (%(until)s::timestamptz - interval '1 second') at time zone s.time_zone)
                   + interval '1 day') at time zone s.time_zone
 group by h.site, day, h.unit, h.kind
 order by h.site, day, h.unit, h.kind
    on conflict (site, bucket, unit, kind) do update set n = excluded.n
