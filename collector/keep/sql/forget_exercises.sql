-- Forget exercises that came to nothing long ago; the others go with their incidents.
delete from store.exercise where incident is null and made < %(history)s
