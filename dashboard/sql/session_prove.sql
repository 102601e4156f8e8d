-- The person has proved again who he is: his session goes on under a new secret, and a copy of the old one opens nothing.
update store.session set session = %(anew)s, proven = now() where session = %(session)s and ended is null
