-- Count the paths that were not renewed for half of their certificate's days; one that was revoked is meant to end.
select count(*) as paths
  from (select max(until) filter (where revoked is null) as until,
               (array_agg(revoked is not null order by issued desc, until desc))[1] as revoked
          from store.certificate join store.device using (device)
         where removed is null
         group by device, way) p
 where not revoked and until < now() + interval '4 days'
