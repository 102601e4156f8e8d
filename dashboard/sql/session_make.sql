-- Begin a session: it ends after so many hours, and sooner where nobody uses it for so many minutes.
insert into store.session (session, person, expires, idle, how, passkey, browser, proven)
values (%(session)s, %(person)s, now() + make_interval(secs => %(hours)s * 3600),
        now() + make_interval(mins => %(idle)s), %(how)s, %(passkey)s, %(browser)s,
        least(coalesce(%(proven)s, now()), now()))
