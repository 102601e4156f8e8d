-- Ask later again what was not accepted; from the first attempt on it is unanswered.
update store.reach set tries = tries + 1, asked = coalesce(asked, %(now)s),
                       next_try = %(now)s + least(interval '1 min' * 2 ^ least(tries, 10), interval '6 hours')
 where person = %(person)s and channel = %(channel)s
