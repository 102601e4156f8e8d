-- Keep what a passkey is to sign, for one browser and one purpose.
insert into store.challenge (challenge, holder, purpose, origin, expires)
values (%(challenge)s, %(holder)s, %(purpose)s, %(origin)s, now() + make_interval(mins => %(minutes)s))
