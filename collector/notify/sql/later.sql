-- Put a message that was not accepted back, for another attempt.
update store.message
   set next_try = %(next_try)s, leased_until = null, trouble = %(trouble)s
 where message = %(message)s and leased_until = %(lease)s and sent is null
