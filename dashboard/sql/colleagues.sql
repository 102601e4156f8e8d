-- The people of the asker's unit who can be given an incident.
select person, role from seen.person
 where role in ('coordinator', 'deputy', 'desk') and person <> %(person)s
 order by array_position(array['coordinator', 'deputy', 'desk'], role), person
