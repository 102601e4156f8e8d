-- Note that somebody is there.
update store.receiver_line set lost = 0, lost_since = null, heard = %(now)s where account = %(account)s
