-- Hold back until the hour is over what goes beyond somebody's budget by a channel; nothing that is urgent.
with waiting as (
    select m.message, m.person, row_number() over (partition by m.person order by m.next_try, m.message) as place
      from store.message m join store.incident i using (incident)
     where m.sent is null and m.given_up is null and m.channel = %(channel)s and not m.held
       and m.next_try <= %(now)s and (m.leased_until is null or m.leased_until <= %(now)s)
       and i.priority <> 'urgent'
), spent as (
    select w.person,
           (select count(*) from store.message o join store.incident i using (incident)
             where o.person = w.person and o.channel = %(channel)s and o.digest is null and i.priority <> 'urgent'
               and (o.sent >= %(since)s or o.sent is null and o.leased_until > %(now)s)) as n
      from (select distinct person from waiting) w
)
update store.message m set held = true, next_try = %(until)s
  from waiting w join spent s using (person)
 where m.message = w.message and w.place + s.n > %(most)s
