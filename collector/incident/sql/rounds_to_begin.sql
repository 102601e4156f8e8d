-- Hold incidents that nobody has and whose round has no steps yet: the one that is wanted, or all.
select i.incident, i.unit, i.priority, i.round, i.waits_since
  from store.incident i
 where i.state = 'open' and i.priority <> 'notice' and i.waits_since is not null
   and (%(incident)s::bigint is null or i.incident = %(incident)s)
   and not exists (select from store.escalation e where e.incident = i.incident and e.round = i.round)
 order by i.incident
   for no key update of i skip locked
