-- Put in the people who are new, back, or changed.
insert into store.person as t (person, unit, role, language, tell)
select person, unit, role, language, tell
  from jsonb_to_recordset(%(rows)s)
       as x(person text, unit text, role text, language text, tell text)
    on conflict (person) do update
   set unit = excluded.unit, role = excluded.role, language = excluded.language,
       tell = excluded.tell, removed = null
 where (t.unit, t.role, t.language, t.tell, t.removed)
       is distinct from (excluded.unit, excluded.role, excluded.language, excluded.tell, null)
