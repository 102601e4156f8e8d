-- Mark a message as accepted by its channel.
update store.message
   set sent = %(now)s, leased_until = null, trouble = null
 where message = %(message)s and sent is null
