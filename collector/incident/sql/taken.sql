-- The incidents that somebody has, by whom and since when.
select incident, unit, owner, acknowledged as taken from store.incident
 where state = 'acknowledged' and owner is not null and acknowledged is not null
 order by incident
