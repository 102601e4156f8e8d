-- Count what was refused from this origin in the last minutes.
select count(*)::int as refusals from store.sign_in_refusal
 where origin = %(origin)s and at > now() - make_interval(mins => %(minutes)s)
