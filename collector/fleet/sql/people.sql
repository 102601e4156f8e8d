-- Put in the people who are new, back, or changed; give who has another role or unit than before.
with before as (
    select p.* from store.person p
), changed as (
    insert into store.person (person, unit, role, language, tell, site)
    select person, unit, role, language, tell, site
      from jsonb_to_recordset(%(rows)s)
           as x(person text, unit text, role text, language text, tell jsonb, site text)
     where not exists (select from store.person o
                        where o.person = x.person
                          and (o.unit, o.role, o.language, o.tell, o.site, o.removed, o.provider)
                              is not distinct from (x.unit, x.role, x.language, x.tell, x.site, null, false))
        on conflict (person) do update
       set unit = excluded.unit, role = excluded.role, language = excluded.language,
           tell = excluded.tell, site = excluded.site, removed = null, provider = false,
           role_since = case when person.removed is null
                              and (person.unit, person.role) is not distinct from (excluded.unit, excluded.role)
                             then person.role_since else now() end
    returning person, unit, role
)
select c.person, c.unit, c.role,
       not exists (select from before b
                    where b.person = c.person and b.removed is null
                      and (b.unit, b.role) is not distinct from (c.unit, c.role)) as moved
  from changed c
 order by c.person
