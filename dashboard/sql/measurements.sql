-- Measurements of a place during a stretch, as the mean of each bin.
select quantity, device, sensor,
       extract(epoch from date_bin(make_interval(secs => %(bin_s)s), at, 'epoch'))::float8 as at,
       avg(value)::float8 as value
  from seen.measurement
 where site = %(site)s and at > %(since)s and at <= %(until)s
 group by quantity, device, sensor, date_bin(make_interval(secs => %(bin_s)s), at, 'epoch')
 order by quantity, device, sensor, at
