-- A page of what was done with all about the asker: himself, and the place of his household.
select entry, at, actor = %(person)s as own, role, actor_unit, verb, object, result, reason
  from seen.audit
 where entry < %(before)s
 order by entry desc
 limit %(most)s
