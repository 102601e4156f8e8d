-- Note that the asker was shown incidents of these homes.
select store.audit_homes(%(object)s, %(homes)s::text[], %(origin)s) is null as noted
