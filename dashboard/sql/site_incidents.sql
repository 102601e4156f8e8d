-- The incidents of a place: those that stand open, then the latest.
select incident, priority, title, state, opened, occurred, resolved, outcome from seen.incident
 where site = %(site)s
 order by state = 'resolved', opened desc limit 20
