-- Put in the sites that are new, back, or changed.
insert into store.site as t (site, unit, kind, name, kit, reference, may_ring, time_zone)
select site, unit, kind, name, kit, reference, may_ring, time_zone
  from jsonb_to_recordset(%(rows)s)
       as x(site text, unit text, kind text, name jsonb, kit text, reference text,
            may_ring boolean, time_zone text)
    on conflict (site) do update
   set unit = excluded.unit, kind = excluded.kind, name = excluded.name, kit = excluded.kit,
       reference = excluded.reference, may_ring = excluded.may_ring,
       time_zone = excluded.time_zone, removed = null
 where (t.unit, t.kind, t.name, t.kit, t.reference, t.may_ring, t.time_zone, t.removed)
       is distinct from (excluded.unit, excluded.kind, excluded.name, excluded.kit,
                         excluded.reference, excluded.may_ring, excluded.time_zone, null)
