-- Forget windows that were reported long ago, with what they held back.
delete from store.suppression where reported < %(history)s
