-- Put in the units that are new or say something else than before.
insert into store.unit (unit, name, policy)
select unit, name, policy
  from jsonb_to_recordset(%(rows)s) as x(unit text, name jsonb, policy jsonb)
 where not exists (select from store.unit o
                    where o.unit = x.unit
                      and (o.name, o.policy) is not distinct from (x.name, x.policy))
    on conflict (unit) do update set name = excluded.name, policy = excluded.policy
