-- The asker's role; null where there is no such person, or not any more.
select store.asker_role() as role
