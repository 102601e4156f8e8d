-- Mark the devices that are not in the inventory any more.
update store.device set removed = now()
 where removed is null and device <> all (%(kept)s::text[])
