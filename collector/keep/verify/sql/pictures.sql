-- Every picture with the days that it may stay.
-- Those of its unit, or the 28 of any image while an incident of its place that is
-- not resolved has a record that names it, or a record within a minute of the clip.
with standing as (
    select i.site, r.device, r.at, r.data
      from store.incident i join store.incident_record r on r.incident = i.incident
     where i.resolved is null),
filmed as (
    select e.data ->> 'clip' as digest, e.device,
           tstzrange(e.at - ((e.data ->> 'before') || ' s')::interval - interval '60 s',
                     e.at - ((e.data ->> 'before') || ' s')::interval + ((e.data ->> 'seconds') || ' s')::interval
                          + interval '60 s', '[]') as around
      from store.event e
     where e.kind = 'clip.kept' and e.site in (select site from standing)),
shown as (
    select data ->> 'picture' as digest, device from standing
    union select data ->> 'clip', device from standing
    union select f.digest, f.device from filmed f join standing s on s.device = f.device and f.around @> s.at)
select p.digest, p.stored,
       case when exists (select from shown s where s.digest = p.digest and s.device = p.device) then 28
            else least(28, coalesce((u.policy ->> 'station_pictures_days')::int, 7)) end as days
  from store.picture p left join store.unit u using (unit)
