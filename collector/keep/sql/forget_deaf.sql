-- Forget when nobody listened, long ago.
delete from store.deaf where until < %(history)s
