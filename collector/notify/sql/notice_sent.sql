-- Mark a notice as accepted.
update store.notice set sent = clock_timestamp() where notice = %(notice)s
