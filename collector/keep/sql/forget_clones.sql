-- Forget clones that were cleared long ago.
delete from store.clone where cleared < %(history)s
