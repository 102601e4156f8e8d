-- This collector goes; nobody waits for what it hears.
update store.listener set seen = now() - interval '1 minute' where name = %(name)s
