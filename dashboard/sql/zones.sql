-- The zones of a place.
select number, kind, name, plan from seen.zone where site = %(site)s order by number
