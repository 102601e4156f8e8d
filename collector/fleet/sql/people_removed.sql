-- Mark the people who are not in the inventory any more, and forget where to reach them.
update store.person set removed = now(), tell = null
 where removed is null and person <> all (%(kept)s::text[])
