-- What came is not what its name says: it may be sent again from the start.
delete from store.picture where digest = %(digest)s
