-- Who may do what, as far as the asker may know it.
select person, unit, role, since, signed_in, reviewed, reviewed_by from store.asked_rights() order by unit nulls first, role, person
