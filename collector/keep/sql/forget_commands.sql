-- Forget commands that ended long ago.
delete from store.command where expires < %(history)s
