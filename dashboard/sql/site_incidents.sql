-- The incidents of a place: those that stand open, then the latest.
select i.incident, i.priority, i.title, i.state, i.opened, i.occurred, i.said, i.resolved, i.outcome, i.confirmed,
       l.last_kinds, l.last_at
  from (select * from seen.incident where site = %(site)s order by state = 'resolved', opened desc limit 20) i
 cross join lateral seen.last_words(i.incident) l
 order by i.state = 'resolved', i.opened desc
