-- The picture stands in the blob store.
update store.picture set complete = now() where digest = %(digest)s
