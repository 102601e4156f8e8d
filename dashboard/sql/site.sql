-- One place of the asker.
select site, unit, kind, name, kit, reference, may_ring, time_zone from seen.site where site = %(site)s
