-- Paths of devices that are lost at present.
select device, site, way, lost_since from seen.path_state where lost_since is not null
