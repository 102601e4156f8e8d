-- The records that opened an incident or joined it, in order.
select device, moment as at, said, kind, sensor, zone, data from seen.incident_record
 where incident = %(incident)s order by moment, seq limit 200
