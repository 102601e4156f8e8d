-- The paths of a place's devices.
select device, way, heard, lost_since from seen.path_state where site = %(site)s order by device, way
