-- The database's clock, and the loosest policy of all units; that of the promises where there is no unit.
select now() as now,
       coalesce(max((policy ->> 'events_days')::int), 90) as events_days,
       coalesce(max((policy ->> 'station_pictures_days')::int), 7) as station_pictures_days
  from store.unit
