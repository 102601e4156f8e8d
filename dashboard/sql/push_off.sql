-- Push to one of the asker's browsers no more.
delete from store.push_subscription where subscription = %(subscription)s and person = store.asker()
