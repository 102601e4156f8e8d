-- Put in the zones that are new or changed.
insert into store.zone as t (site, number, unit, kind, name, plan)
select site, number, unit, kind, name, plan
  from jsonb_to_recordset(%(rows)s)
       as x(site text, number int, unit text, kind text, name jsonb, plan jsonb)
    on conflict (site, number) do update
   set unit = excluded.unit, kind = excluded.kind, name = excluded.name, plan = excluded.plan
 where (t.unit, t.kind, t.name, t.plan)
       is distinct from (excluded.unit, excluded.kind, excluded.name, excluded.plan)
