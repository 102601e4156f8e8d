-- Close an incident of losses that goes on in another; give what that one takes over.
update store.incident
   set state = 'resolved', resolved = %(now)s, outcome = 'itself', sentence = '', changed = %(now)s
 where incident = %(incident)s and state <> 'resolved'
returning unit, occurred, to_control_room
