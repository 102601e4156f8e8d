-- The broker says that this path is lost; whether it is, is decided when nothing follows.
update store.path_state set gone = now()
 where device = %(device)s and way = %(way)s and gone is null
