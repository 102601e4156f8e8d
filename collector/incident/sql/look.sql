-- Lock an incident that the asker may act on; with who is asking, and the role of its owner.
select i.incident, i.unit, i.state, i.owner, i.acknowledged, i.resolved, i.to_control_room,
       store.asker() as asker, store.asker_role() as asker_role,
       (select l.data ->> 'owner_role' from store.incident_log l
         where l.incident = i.incident and l.data ? 'owner_role'
         order by l.entry desc limit 1) as owner_role
  from store.incident i
 where i.incident = %(incident)s
   for no key update of i
