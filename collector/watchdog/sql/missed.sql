-- Whether a watchdog was seen within this time, by the clock of the database, and when the last one was.
select coalesce(max(seen) > now() - %(within)s::interval, false) as there, max(seen) as seen from store.watchdog
