-- The path is lost since it was last heard, unless it was heard again meanwhile.
update store.path_state set lost_since = coalesce(lost_since, heard), lost_told = now()
 where device = %(device)s and way = %(way)s and heard = %(heard)s and lost_told is null
