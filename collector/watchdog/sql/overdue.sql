-- The incidents that wait and of which nobody did what was due before a moment.
select i.incident, i.exercise from store.incident i
 where (i.state = 'open' and i.priority <> 'notice' and i.waits_since < %(before)s
        and (exists (select from store.escalation e
                      where e.incident = i.incident and e.round = i.round and e.done is null and e.stopped is null
                        and e.due < %(before)s)
             or not exists (select from store.escalation e where e.incident = i.incident and e.round = i.round)))
    or (i.state = 'acknowledged' and i.taken_until < %(before)s)
 order by i.incident
 limit %(most)s
