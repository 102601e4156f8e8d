-- Put in the sites that are new, back, or changed; who decides about another waits for nothing.
insert into store.site (site, unit, kind, name, kit, reference, may_ring, time_zone, account)
select site, unit, kind, name, kit, reference, may_ring, time_zone, account
  from jsonb_to_recordset(%(rows)s)
       as x(site text, unit text, kind text, name jsonb, kit text, reference text,
            may_ring boolean, time_zone text, account text)
 where not exists (select from store.site o
                    where o.site = x.site
                      and (o.unit, o.kind, o.name, o.kit, o.reference, o.may_ring, o.time_zone, o.account,
                           o.removed)
                          is not distinct from (x.unit, x.kind, x.name, x.kit, x.reference, x.may_ring,
                                                x.time_zone, x.account, null))
 order by site
    on conflict (site) do update
   set unit = excluded.unit, kind = excluded.kind, name = excluded.name, kit = excluded.kit,
       reference = excluded.reference, may_ring = excluded.may_ring,
       time_zone = excluded.time_zone, account = excluded.account, removed = null
