-- A passkey has signed: its counter goes on from where it was.
update store.passkey set count = %(count)s, used = now() where passkey = %(passkey)s and count = %(before)s
