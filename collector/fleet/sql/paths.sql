-- Give how each path of each declared device stands, as an administrator asks.
with standing as (
    select device, way, max(until) filter (where revoked is null) as until,
           (array_agg(reason order by issued desc, until desc))[1] as reason
      from store.certificate group by device, way
)
select d.device, coalesce(s.way, 1) as way, d.site, s.until,
       concat_ws(', ', case when s.device is null then 'uncertified'
                            when s.until > now() then 'in force'
                            when s.reason is not null then 'revoked (' || s.reason || ')'
                            else 'expired' end,
                       case when c.device is not null then 'cloned' end,
                       case when s.until > now() and s.until < now() + interval '3 days' then 'not renewed' end) as state
  from store.device d left join standing s using (device)
  left join store.clone c on c.device = d.device and c.cleared is null
 where d.removed is null
 order by d.site, d.device, s.way
