-- Revoke one of the asker's passkeys; sessions that began with it end with it.
delete from store.passkey where passkey = %(passkey)s
