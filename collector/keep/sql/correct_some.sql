-- Write the right time beside that of some of a run's rows, from before its clock was known to be off; what has one keeps it.
with event as (
    update store.event
       set corrected = at + make_interval(secs => %(seconds)s)
     where device = %(device)s and run = %(run)s and lane in ('al', 'up') and seq between %(first)s and %(last)s
       and corrected is null and received between %(since)s and %(until)s and at < %(before)s
), measurement as (
    update store.measurement
       set corrected = at + make_interval(secs => %(seconds)s)
     where device = %(device)s and run = %(run)s and lane in ('al', 'up') and seq between %(first)s and %(last)s
       and corrected is null and received between %(since)s and %(until)s and at < %(before)s
)
update store.event_untimed
   set corrected = at::timestamptz + make_interval(secs => %(seconds)s)
 where device = %(device)s and run = %(run)s and lane in ('al', 'up') and seq between %(first)s and %(last)s
   and corrected is null and received between %(since)s and %(until)s and at::timestamptz < %(before)s
   and at::timestamptz between '1000-01-01Z' and '9000-01-01Z'
