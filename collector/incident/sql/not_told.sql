-- Append once that nobody of a role could be told something.
insert into store.incident_log (incident, unit, at, what, data)
select %(incident)s, %(unit)s, %(now)s, 'not_told', %(data)s
 where not exists (select from store.incident_log
                    where incident = %(incident)s and what = 'not_told' and data = %(data)s)
