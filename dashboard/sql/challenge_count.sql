-- Count the challenges that one browser holds unanswered, and all that its origin does.
select (count(*) filter (where holder = %(holder)s))::int as own, count(*)::int as all_here
  from store.challenge where origin = %(origin)s and expires > now()
