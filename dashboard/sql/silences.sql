-- When devices of stations were silent in the last day; `until` null: nothing was heard since. What we found ourselves meanwhile was not heard.
select s.site, r.at - make_interval(secs => coalesce((r.data ->> 'unheard_s')::float8, 0)) as since,
       (select min(e.received) from seen.event e
         where e.site = s.site and e.device = r.device and e.received > r.at
           and e.kind not in ('device.silent', 'path.lost', 'records.withheld')
           and e.moment > %(since)s - interval '1 day') as until
  from seen.incident_record r
  join seen.device d on d.device = r.device
  join seen.site s on s.site = d.site and s.kind = 'station'
 where r.kind = 'device.silent' and r.at > %(since)s
