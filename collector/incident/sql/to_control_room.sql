-- Put an incident before the control room as well.
update store.incident set to_control_room = true, changed = %(now)s
 where incident = %(incident)s and not to_control_room
