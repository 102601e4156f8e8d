-- Put in the zones that are new or changed.
insert into store.zone (site, number, unit, kind, name, plan)
select site, number, unit, kind, name, plan
  from jsonb_to_recordset(%(rows)s)
       as x(site text, number int, unit text, kind text, name jsonb, plan jsonb)
 where not exists (select from store.zone o
                    where (o.site, o.number) = (x.site, x.number)
                      and (o.unit, o.kind, o.name, o.plan)
                          is not distinct from (x.unit, x.kind, x.name, x.plan))
    on conflict (site, number) do update
   set unit = excluded.unit, kind = excluded.kind, name = excluded.name, plan = excluded.plan
