-- The changes of the roster of the asker's unit that hold, will, or did of late, in the order in which they were made.
select c.change, c.part, c.person, c.since, c.until, c.made_by, c.withdrawn, c.withdrawn_by, p.role as person_role,
       m.role as made_role
  from seen.roster_change c
  left join seen.person p on p.person = c.person
  left join seen.person m on m.person = c.made_by
 where c.unit = %(unit)s and c.until > %(now)s::timestamptz - interval '40 days'
 order by c.change
 limit 1000
