-- Forget challenges that nobody can answer any more.
delete from store.challenge where expires < now()
