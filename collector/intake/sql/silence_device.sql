-- The device is silent since it was last heard, unless it was heard again or told by another meanwhile.
update store.device_state
   set silent_since = coalesce(silent_since, heard),
       silent_told = case when %(tell)s then coalesce(silent_told, now()) else silent_told end
 where device = %(device)s and heard = %(heard)s
   and (silent_since is null or (%(tell)s and silent_told is null))
