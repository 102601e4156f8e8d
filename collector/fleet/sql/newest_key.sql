-- Give the public key of a path's newest certificate.
select key from store.certificate where device = %(device)s and way = %(way)s order by issued desc, until desc limit 1
