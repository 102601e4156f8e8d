-- Put a signal that was not accepted back, for another attempt.
update store.signal set next_try = %(next_try)s, leased_until = null, trouble = %(trouble)s
 where signal = %(signal)s and leased_until = %(lease)s and sent is null
