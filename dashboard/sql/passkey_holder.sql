-- Whose passkey this is.
select person, handle, key, count from store.holder_of_passkey(%(passkey)s)
