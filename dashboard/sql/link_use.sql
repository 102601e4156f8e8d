-- Use a sign-in link up, if it is there, unused and not expired, also not since this transaction began.
update store.sign_in_link set used = now()
 where link = %(link)s and used is null and expires > clock_timestamp()
returning person
