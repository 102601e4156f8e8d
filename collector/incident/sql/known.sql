-- The records of these kinds that incidents of a site hold, and that lasted into this time; those of what stands first, and the latest.
select r.incident, i.state <> 'resolved' as stands, r.unit, r.device, r.run, r.lane, r.seq, r.at, r.kind, r.sensor,
       r.zone, r.data, r.corrected
  from store.incident_record r join store.incident i using (incident)
 where i.site = %(site)s and r.kind = any (%(kinds)s::text[]) and coalesce(r.corrected, r.at) >= %(since)s
   and coalesce(r.corrected, r.at) - make_interval(secs => coalesce((r.data ->> 'unheard_s')::float8, 0)) <= %(until)s
 order by i.state = 'resolved', coalesce(r.corrected, r.at) desc, r.device, r.run, r.lane, r.seq, r.incident limit 100
