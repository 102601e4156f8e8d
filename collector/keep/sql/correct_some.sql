-- Write the right time beside that of some of a run's rows, from before its clock was known to be off, and beside what incidents hold of them; what has one keeps it. Give the hours that rows left or came to.
with event as (
    update store.event
       set corrected = at + make_interval(secs => %(seconds)s)
     where device = %(device)s and run = %(run)s and lane in ('al', 'up') and seq between %(first)s and %(last)s
       and corrected is null and received between %(since)s and %(until)s and at < %(before)s
 returning site, lane, seq, at, corrected
), measurement as (
    update store.measurement
       set corrected = at + make_interval(secs => %(seconds)s)
     where device = %(device)s and run = %(run)s and lane in ('al', 'up') and seq between %(first)s and %(last)s
       and corrected is null and received between %(since)s and %(until)s and at < %(before)s
 returning site, at, corrected
), untimed as (
    update store.event_untimed
       set corrected = at::timestamptz + make_interval(secs => %(seconds)s)
     where device = %(device)s and run = %(run)s and lane in ('al', 'up') and seq between %(first)s and %(last)s
       and corrected is null and received between %(since)s and %(until)s and at::timestamptz < %(before)s
       and at::timestamptz between '1000-01-01Z' and '9000-01-01Z'
), kept as (
    update store.incident_record r
       set corrected = x.corrected
      from event x
     where r.device = %(device)s and r.run = %(run)s and (r.lane, r.seq, r.at) = (x.lane, x.seq, x.at)
)
select distinct m.site, date_trunc('hour', x.hour, 'UTC') as bucket
  from (select site, at, corrected from event union all select site, at, corrected from measurement) m
 cross join lateral (values (m.at), (m.corrected)) x (hour)
 where x.hour < date_trunc('hour', now(), 'UTC')
