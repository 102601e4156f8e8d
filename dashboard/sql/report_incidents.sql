-- Incidents of a year, counted by month and place; those of homes by unit.
select month, unit, station, rule, title, outcome, exercise, priority, pace, source, n from store.report_incidents(%(year)s)
