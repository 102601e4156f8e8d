-- Note that parts of these pictures come; one that was refused begins anew, whoever sends it.
insert into store.picture as p (digest, device, unit, site, parts, received)
select distinct on (digest) digest, device, unit, site, parts, received
  from jsonb_to_recordset(%(rows)s)
       as x(digest text, device text, unit text, site text, parts int, received timestamptz)
 order by digest
    on conflict (digest) do update
   set device = excluded.device, unit = excluded.unit, site = excluded.site, parts = excluded.parts,
       received = excluded.received, refused = null, stored = now()
 where p.refused is not null
