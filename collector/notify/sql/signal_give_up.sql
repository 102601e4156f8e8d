-- Give a signal up, with what was wrong.
update store.signal set given_up = %(now)s, leased_until = null, trouble = %(trouble)s
 where signal = %(signal)s and leased_until = %(lease)s and sent is null
