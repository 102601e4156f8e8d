-- Forget pictures whose files are gone.
delete from store.picture where digest = any (%(digests)s)
