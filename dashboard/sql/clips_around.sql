-- The clips that the cameras of some devices kept during a stretch, and how far each has come.
select e.device, e.sensor, e.moment as at, e.data, p.complete, p.refused, p.sort, p.received
  from seen.event e
  left join seen.picture p on p.digest = e.data ->> 'clip' and p.device = e.device
 where e.site = %(site)s and e.device = any (%(devices)s) and e.kind = 'clip.kept'
   and e.moment >= %(since)s and e.moment <= %(until)s
 order by e.moment, e.seq limit 200
