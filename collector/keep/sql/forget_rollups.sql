-- Forget roll-ups of long ago.
with hours as (delete from store.measurement_hour where bucket < %(history)s),
     days as (delete from store.measurement_day where bucket < %(history)s),
     event_hours as (delete from store.event_hour where bucket < %(history)s)
delete from store.event_day where bucket < %(history)s
