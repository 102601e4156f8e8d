-- Count the challenges that one origin holds unanswered.
select count(*)::int as open from store.challenge where origin = %(origin)s and expires > now()
