-- The middle of the times until somebody took an incident, by place and priority.
select unit, station, priority, seconds from store.report_medians(%(since)s, %(months)s)
