-- Note that a standing incident got more records, and what they make worse.
update store.incident
   set changed = %(now)s,
       occurred = least(occurred, %(occurred)s),
       silent = silent or %(silent)s,
       to_control_room = to_control_room or %(to_control_room)s
 where incident = %(incident)s
