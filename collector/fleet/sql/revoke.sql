-- Revoke what is in force of a path, or of all paths of a device, and the newest that expired: it cannot be renewed then.
update store.certificate c set revoked = now(), reason = %(reason)s
 where device = %(device)s and (%(way)s::int is null or way = %(way)s) and revoked is null
   and (until > now() or not exists (select from store.certificate n
                                      where (n.device, n.way) = (c.device, c.way) and (n.issued, n.until) > (c.issued, c.until)))
returning serial, way, site
