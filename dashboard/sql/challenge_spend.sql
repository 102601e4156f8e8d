-- Use a challenge up, if this browser was given it for this and it has not expired.
delete from store.challenge
 where challenge = %(challenge)s and holder = %(holder)s and purpose = %(purpose)s and expires > now()
returning purpose
