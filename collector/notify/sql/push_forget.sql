-- Forget a browser that is gone.
delete from store.push_subscription where subscription = %(subscription)s
