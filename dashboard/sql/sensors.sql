-- The sensors and cameras of a place.
select device, number, kind, zone, quantity from seen.sensor where site = %(site)s order by device, number
