-- Give a message up, with what was wrong.
update store.message
   set given_up = %(now)s, leased_until = null, trouble = %(trouble)s
 where message = %(message)s and leased_until = %(lease)s and sent is null
