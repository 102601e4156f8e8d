-- End a session for good.
update store.session set ended = now() where session = %(session)s and ended is null
