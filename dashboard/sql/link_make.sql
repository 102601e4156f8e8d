-- Keep a sign-in link that can be used once, until it expires, and note that it was made.
select store.make_link(%(link)s, %(person)s, %(minutes)s) as made
