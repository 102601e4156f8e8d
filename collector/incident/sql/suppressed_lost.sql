-- What a window held back as lost and nobody has heard of since; `ends` names the kind that ends each.
select distinct on (s.device, s.kind, s.sensor, case s.kind when 'path.lost' then s.run end)
       s.device, s.run, s.lane, s.seq, s.at, s.received, s.unit, s.site, s.kind, s.sensor, s.zone, s.data, s.corrected
  from store.suppressed s
 where s.suppression = %(suppression)s and %(ends)s::jsonb ? s.kind
   and not exists (select from store.event e
                    where e.device = s.device and e.kind = %(ends)s::jsonb ->> s.kind
                      and e.sensor is not distinct from s.sensor
                      and (s.kind <> 'path.lost' or e.run = s.run)
                      and e.at >= s.at - interval '1 day'
                      and coalesce(e.corrected, e.at) >= coalesce(s.corrected, s.at))
 order by s.device, s.kind, s.sensor, case s.kind when 'path.lost' then s.run end,
          coalesce(s.corrected, s.at) desc
