-- Note that a request was answered, or why not.
update store.renewal set answered = now(), refused = %(refused)s where (device, way) = (%(device)s, %(way)s)
