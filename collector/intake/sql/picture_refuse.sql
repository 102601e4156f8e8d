-- What came is not what its name says, or nothing that we take: it may be sent again from the start.
update store.picture set refused = now() where digest = %(digest)s
