-- Void every link of a person that nobody used yet.
update store.sign_in_link set expires = now() where person = %(person)s and used is null and expires > now()
