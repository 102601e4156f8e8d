-- Give one of the asker's passkeys another name.
update store.passkey set name = %(name)s where passkey = %(passkey)s
