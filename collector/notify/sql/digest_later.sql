-- Put all of a digest that was not accepted back, for another attempt.
update store.message set next_try = %(next_try)s, leased_until = null, trouble = %(trouble)s
 where message = any (%(messages)s) and sent is null
