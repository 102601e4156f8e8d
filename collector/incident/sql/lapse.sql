-- Take the next incident back whose owner did nothing about it for too long; it waits again.
with gone as (
    select i.incident, i.owner
      from store.incident i
     where i.state = 'acknowledged' and i.taken_until <= %(now)s
     order by i.taken_until, i.incident
     limit 1
       for no key update of i skip locked
)
update store.incident i
   set state = 'open', owner = null, acknowledged = null, changed = %(now)s
  from gone left join store.person p on p.person = gone.owner
 where i.incident = gone.incident
returning i.incident, i.unit, i.round, gone.owner, p.role
