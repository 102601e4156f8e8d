-- The records that opened an incident or joined it, in order.
select device, at, kind, sensor, zone, data from seen.incident_record
 where incident = %(incident)s order by at, seq limit 200
