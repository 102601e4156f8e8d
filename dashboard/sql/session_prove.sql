-- The person has proved again who he is.
update store.session set proven = now() where session = %(session)s and ended is null
