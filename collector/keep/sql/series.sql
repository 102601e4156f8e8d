-- What was measured at a place during a stretch: one row a sensor and bin, with nothing in it where nothing was measured.
-- Hours and days come from what was rolled up, and from raw rows since then; a bin begins and ends by the clock of `zone`.
with rolled as (
    select coalesce(max(until), '-infinity'::timestamptz) as until from seen.rolled_up),
begun as (
    select date_bin(%(width)s, %(since)s at time zone %(zone)s, '2001-01-01') at time zone %(zone)s as since),
sample as (
    select quantity, device, sensor, moment, 1::bigint as n, value as low, value as high, value as total
      from seen.measurement
     where site = %(site)s and moment >= %(since)s - %(width)s and moment < %(until)s
       and (%(source)s = 'raw' or moment >= (select until from rolled))
    union all
    select quantity, device, sensor, bucket, n, low, high, total
      from seen.measurement_hour
     where %(source)s = 'hour' and site = %(site)s and bucket >= %(since)s - %(width)s and bucket < %(until)s
    union all
    select quantity, device, sensor, bucket, n, low, high, total
      from seen.measurement_day
     where %(source)s = 'day' and site = %(site)s and bucket >= %(since)s - %(width)s and bucket < %(until)s),
binned as (
    select quantity, device, sensor,
           date_bin(%(width)s, moment at time zone %(zone)s, '2001-01-01') as bin,
           sum(n)::bigint as n, min(low) as low, max(high) as high, sum(total) / sum(n)::float8 as mean
      from sample where moment >= (select since from begun) group by 1, 2, 3, 4),
line as (select distinct quantity, device, sensor from binned),
bin as (
    select generate_series((select since from begun) at time zone %(zone)s,
                           %(until)s at time zone %(zone)s - interval '1 microsecond', %(width)s) as bin)
select line.quantity, line.device, line.sensor, bin.bin at time zone %(zone)s as at,
       coalesce(binned.n, 0) as n, binned.low, binned.high, binned.mean
  from line cross join bin left join binned using (quantity, device, sensor, bin)
 order by line.quantity, line.device, line.sensor, bin.bin
