-- The exercises of a place that were asked for, the latest first.
select e.exercise, e.rule, e.person, e.made, e.refused, e.ended, e.incident, p.role as person_role,
       i.state, i.priority, i.title, i.resolved, i.opened, i.sentence
  from seen.exercise e
  left join seen.person p on p.person = e.person
  left join seen.incident i on i.incident = e.incident
 where e.site = %(site)s
 order by e.made desc limit %(most)s
