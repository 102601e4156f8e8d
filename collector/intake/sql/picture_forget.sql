-- Its parts are not needed any more.
delete from store.picture_part where digest = %(digest)s
