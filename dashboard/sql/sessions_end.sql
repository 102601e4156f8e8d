-- End every session of a person.
update store.session set ended = now() where person = %(person)s and ended is null
