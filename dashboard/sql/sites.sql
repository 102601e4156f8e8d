-- The asker's places.
select site, unit, kind, name, kit, time_zone from seen.site order by kind desc, site
