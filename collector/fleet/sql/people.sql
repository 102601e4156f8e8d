-- Put in the people who are new, back, or changed.
insert into store.person (person, unit, role, language, tell)
select person, unit, role, language, tell
  from jsonb_to_recordset(%(rows)s)
       as x(person text, unit text, role text, language text, tell text)
 where not exists (select from store.person o
                    where o.person = x.person
                      and (o.unit, o.role, o.language, o.tell, o.removed)
                          is not distinct from (x.unit, x.role, x.language, x.tell, null))
    on conflict (person) do update
   set unit = excluded.unit, role = excluded.role, language = excluded.language,
       tell = excluded.tell, removed = null
