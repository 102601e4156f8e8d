-- Note that a browser's service took something for it.
update store.push_subscription set reached = %(now)s, failed = null where subscription = %(subscription)s
