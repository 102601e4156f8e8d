-- Give an incident to a role: it waits until somebody of that role takes it.
update store.incident
   set state = 'open', owner = null, acknowledged = null, changed = %(now)s,
       to_control_room = to_control_room or %(to_control_room)s
 where incident = %(incident)s and state <> 'resolved'
