-- Mark the people who are not in the inventory any more, and forget where to reach them; give who they were.
update store.person set removed = now(), tell = null, site = null
 where removed is null and not provider and person <> all (%(kept)s::text[])
returning person, unit, role
