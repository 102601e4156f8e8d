-- Note a certificate of a path whose device is declared; no row where it is not.
insert into store.certificate (serial, device, way, unit, site, key, since, until, chain)
select %(serial)s, d.device, %(way)s, d.unit, d.site, %(key)s, %(since)s, %(until)s, %(chain)s
  from store.device d where d.device = %(device)s and d.removed is null
returning serial, site
