-- Put one message down for each reachable person of these roles or names, once; give who that is.
with reached as (
    select p.person, p.role
      from store.person p
     where (p.role = any (%(roles)s::text[]) or p.person = any (%(people)s::text[])) and p.role <> 'household'
       and (p.unit = %(unit)s or p.unit is null)
       and p.tell is not null and p.removed is null
), told as (
    insert into store.message (incident, unit, person, channel, reason, made, next_try)
    select i.incident, %(unit)s, r.person, c.channel, %(reason)s, %(now)s, %(now)s
      from store.incident i
     cross join reached r
     cross join lateral store.channels_of(r.person, i.priority) c(channel)
     where i.incident = %(incident)s
     order by r.person, c.channel
        on conflict (incident, person, channel, reason) do nothing
)
select person, role from reached
