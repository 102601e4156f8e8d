-- Note that a browser's service did not take something for it.
update store.push_subscription set failed = %(now)s where subscription = %(subscription)s
