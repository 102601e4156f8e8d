-- Mark the sites that are not in the inventory any more.
update store.site set removed = now()
 where removed is null and site <> all (%(kept)s::text[])
