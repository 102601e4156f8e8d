-- The people of the asker's unit, with who of them may be on duty.
select person, role, store.may_be_on_duty(person, unit) as may from seen.person
 where role in ('coordinator', 'deputy', 'desk')
 order by array_position(array['coordinator', 'deputy', 'desk'], role), person
