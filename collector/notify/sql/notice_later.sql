-- Put a notice off that was not accepted: for ten seconds, doubling to ten minutes.
update store.notice
   set tries = tries + 1, next_try = clock_timestamp() + least(interval '10 s' * 2 ^ least(tries, 10), interval '10 min')
 where notice = %(notice)s
