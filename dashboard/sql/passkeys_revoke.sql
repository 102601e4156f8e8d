-- Revoke all passkeys of the asker.
delete from store.passkey where person = %(person)s
