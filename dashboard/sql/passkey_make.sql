-- Keep a new passkey of the asker.
insert into store.passkey (passkey, person, handle, name, key, count)
values (%(passkey)s, %(person)s, %(handle)s, %(name)s, %(key)s, %(count)s)
