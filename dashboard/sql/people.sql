-- The people who can have an incident of the asker's unit.
select person, role from seen.person
 where role in ('coordinator', 'deputy', 'desk', 'control_room')
 order by array_position(array['coordinator', 'deputy', 'desk', 'control_room'], role), person
