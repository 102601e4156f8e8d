-- When the next step is due, or the time of the next owner is over; null where nothing waits.
select least((select min(e.due) from store.escalation e where e.done is null and e.stopped is null),
             (select min(i.taken_until) from store.incident i where i.state = 'acknowledged')) as due
