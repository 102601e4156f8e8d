-- Put in the units that are new or say something else than before.
insert into store.unit as t (unit, name, policy)
select unit, name, policy
  from jsonb_to_recordset(%(rows)s) as x(unit text, name jsonb, policy jsonb)
    on conflict (unit) do update set name = excluded.name, policy = excluded.policy
 where (t.name, t.policy) is distinct from (excluded.name, excluded.policy)
