-- Keep a sign-in link that can be used once, until it expires.
insert into store.sign_in_link (link, person, expires)
values (%(link)s, %(person)s, now() + make_interval(mins => %(minutes)s))
