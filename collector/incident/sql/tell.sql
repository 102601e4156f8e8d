-- Put one message down for each reachable person of these roles or names, once; give who that is.
with reached as (
    select p.person, p.role
      from store.person p
     where (p.role = any (%(roles)s::text[]) or p.person = any (%(people)s::text[])) and p.role <> 'household'
       and (p.unit = %(unit)s or p.unit is null)
       and p.tell is not null and p.removed is null
), told as (
    insert into store.message (incident, unit, person, channel, reason, made, next_try)
    select %(incident)s, %(unit)s, person, 'email', %(reason)s, %(now)s, %(now)s
      from reached
     order by person
        on conflict (incident, person, channel, reason) do nothing
)
select person, role from reached
