-- Forget what a path, or a whole device, asked for.
delete from store.renewal where device = %(device)s and (%(way)s::int is null or way = %(way)s)
