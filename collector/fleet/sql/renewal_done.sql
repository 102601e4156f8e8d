-- Note that a request was answered, or why not.
update store.renewal set answered = case when %(refused)s::text is null then now() end, refused = %(refused)s
 where (device, way) = (%(device)s, %(way)s)
