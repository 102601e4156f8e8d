-- Roles of the asker's unit whose sign-in ran out while a page still watched, and nobody took its place.
select role, at from store.lapsed()
