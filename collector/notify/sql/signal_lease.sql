-- Lease the next signal that is due, the most urgent first, with its incident as it is now.
with next as (
    select s.signal
      from store.signal s join store.incident i using (incident)
     where s.sent is null and s.given_up is null and s.next_try <= %(now)s
       and (s.leased_until is null or s.leased_until <= %(now)s)
       -- That it ended comes after that it began.
       and (not s.ends
            or not exists (select from store.signal o
                            where (o.incident, o.kind) = (s.incident, s.kind) and not o.ends
                              and o.sent is null and o.given_up is null))
     order by array_position(array['urgent', 'attention', 'notice'], i.priority), s.next_try, s.signal
     limit 1
       for update of s skip locked
), leased as (
    update store.signal s
       set leased_until = %(lease)s, tries = s.tries + 1
      from next
     where s.signal = next.signal
 returning s.*
)
select l.signal, l.incident, l.unit, l.account, l.kind, l.ends, l.made, l.tries, l.leased_until as lease,
       l.code, l.sequence, i.state, i.silent, i.exercise, i.outcome,
       -- Of a home not even the number of a room is told.
       coalesce((select r.zone from store.incident_record r
                  where r.incident = l.incident and r.kind = l.kind and r.zone is not null and t.kind = 'station'
                  order by coalesce(r.corrected, r.at) limit 1), 0) as zone,
       (select o.code from store.signal o
         where (o.incident, o.kind) = (l.incident, l.kind) and not o.ends and o.sent is not null) as begun,
       array(select o.code from store.signal o
              where o.incident = l.incident and o.ends = l.ends and o.sent is not null) as told
  from leased l
  join store.incident i on i.incident = l.incident
  join store.site t on t.site = i.site
