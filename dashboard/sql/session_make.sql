-- Begin a session of so many hours.
insert into store.session (session, person, expires)
values (%(session)s, %(person)s, now() + make_interval(secs => %(hours)s * 3600))
