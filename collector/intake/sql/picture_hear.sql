-- Note that parts of these pictures come.
insert into store.picture (digest, device, unit, site, parts, received)
select distinct on (digest) digest, device, unit, site, parts, received
  from jsonb_to_recordset(%(rows)s)
       as x(digest text, device text, unit text, site text, parts int, received timestamptz)
 order by digest
    on conflict do nothing
