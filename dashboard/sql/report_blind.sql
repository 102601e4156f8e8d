-- For how long places were not seen, by month.
select month, unit, station, seconds, places from store.report_blind(%(year)s)
