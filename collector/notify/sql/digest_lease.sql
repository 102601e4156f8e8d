-- Lease all that was held back for one person by a channel and is due now; with the incidents of it that still stand.
with whose as (
    select m.person
      from store.message m
     where m.held and m.sent is null and m.given_up is null and m.channel = %(channel)s and m.next_try <= %(now)s
       and (m.leased_until is null or m.leased_until <= %(now)s)
     order by m.next_try, m.message
     limit 1
), taken as (
    update store.message m set leased_until = %(lease)s, tries = m.tries + 1
      from whose w
     where m.person = w.person and m.held and m.sent is null and m.given_up is null and m.channel = %(channel)s
       and m.next_try <= %(now)s and (m.leased_until is null or m.leased_until <= %(now)s)
 returning m.message, m.incident, m.person, m.made, m.tries
)
select min(t.message) as message, array_agg(t.message order by t.message) as messages, min(t.made) as made,
       max(t.tries) as tries, p.person, p.role, p.language,
       case %(channel)s::text when 'push' then p.person else p.tell ->> %(channel)s::text end as tell,
       p.removed is not null as removed,
       array(select distinct i.incident from taken k join store.incident i using (incident)
              where i.state <> 'resolved' order by 1) as incidents,
       (select count(distinct i.incident) from taken k join store.incident i using (incident)
         where i.state = 'open') as nobody,
       (select min(i.occurred) from taken k join store.incident i using (incident)
         where i.state <> 'resolved') as since,
       (select s.time_zone from taken k join store.incident i using (incident) join store.site s using (site)
         order by i.incident limit 1) as time_zone,
       (select bool_and(i.exercise) from taken k join store.incident i using (incident)) as exercise
  from taken t join store.person p on p.person = t.person
 group by p.person
