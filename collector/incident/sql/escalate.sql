-- Take the step that is due first and that nobody else is taking, of an incident that still waits.
with next as (
    select e.incident, e.round, e.step
      from store.escalation e join store.incident i using (incident)
     where e.done is null and e.stopped is null and e.due <= %(now)s and i.state = 'open' and i.round = e.round
     order by e.due, e.incident, e.step
     limit 1
       for no key update of e, i skip locked
)
update store.escalation e set done = %(now)s
  from next
 where (e.incident, e.round, e.step) = (next.incident, next.round, next.step)
returning e.incident, e.unit, e.round, e.step, e.tells, e.due
