-- Until when each path has a certificate that was not revoked, and whether its newest one was; of one device, or of all.
select device, way, max(until) filter (where revoked is null) as until,
       (array_agg(revoked is not null order by issued desc, until desc))[1] as revoked, max(until) as last
  from store.certificate where %(device)s::text is null or device = %(device)s
 group by device, way
