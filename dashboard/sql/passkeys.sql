-- The asker's own passkeys, the latest first.
select passkey, handle, name, made, used from store.passkey order by made desc, passkey
