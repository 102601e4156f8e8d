-- Revoke what is in force of a path, or of all paths of a device.
update store.certificate set revoked = now(), reason = %(reason)s
 where device = %(device)s and (%(way)s::int is null or way = %(way)s) and revoked is null and until > now()
returning serial, way, site
