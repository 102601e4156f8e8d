-- What standing incidents of these sites hold as lost, each thing once in each.
select distinct on (r.incident, r.device, r.kind, r.sensor, case r.kind when 'path.lost' then r.run end)
       r.incident, true as stands, r.unit, r.device, r.run, r.lane, r.seq, r.at, r.kind, r.sensor, r.zone, r.data,
       r.corrected
  from store.incident_record r join store.incident i using (incident)
 where i.site = any (%(sites)s) and i.state <> 'resolved' and r.kind = any (%(kinds)s::text[])
 order by r.incident, r.device, r.kind, r.sensor, case r.kind when 'path.lost' then r.run end,
          coalesce(r.corrected, r.at)
