-- Mark a signal as accepted by the centre.
update store.signal set sent = %(now)s, leased_until = null, trouble = null
 where signal = %(signal)s and sent is null
