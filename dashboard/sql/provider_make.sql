-- Make whom a group of the identity provider stands for.
select store.make_person_of_provider(%(person)s, %(role)s, %(unit)s, %(language)s) as made
