-- The picture stands in the blob store.
update store.picture set complete = now(), sort = %(sort)s, size = %(size)s where digest = %(digest)s
