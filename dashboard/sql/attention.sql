-- What the auditor and the administrator must know, what nobody has seen yet first.
select attention, at, sort, unit, person, entry, seen, seen_by
  from seen.attention
 where seen is null or at > %(since)s
 order by seen is not null, at desc
 limit 100
