-- Roll the events of some hours up, of some places or all; not where raw rows are gone already.
insert into store.event_hour as h (site, bucket, unit, kind, n)
select site, date_trunc('hour', at, 'UTC') as bucket, unit, kind, count(*)
  from store.event e left join store.forgotten f using (unit)
 where at >= %(since)s and at < %(until)s
   and (%(sites)s::text[] is null or site = any (%(sites)s))
   and (%(hours)s::timestamptz[] is null or date_trunc('hour', at, 'UTC') = any (%(hours)s))
   and at >= coalesce(f.until, '-infinity')
 group by site, bucket, unit, kind
 order by site, bucket, unit, kind
    on conflict (site, bucket, unit, kind) do update set n = excluded.n
