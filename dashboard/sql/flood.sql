-- How many incidents of a flood nobody has yet, at how many places; top priority is no part of it.
select count(*)::int as incidents, count(distinct site)::int as places,
       count(*) filter (where confirmed is not null)::int as confirmed
  from seen.incident
 where unit = %(unit)s and opened >= %(since)s and state = 'open' and priority <> 'urgent'
