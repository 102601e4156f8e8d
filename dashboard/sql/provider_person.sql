-- What the store knows of whom the identity provider names.
select role, unit, provider, removed from store.person_of_provider(%(person)s)
