-- Take requests of these devices that wait, with how their paths stand and the chain of this very key; another key has to wait ten minutes.
select r.device, r.way, r.unit, r.site, r.key, r.came_by, r.refused as before,
       d.removed is null and s.newest is not null as known,
       s.until is null and s.newest is not null and s.revoked as revoked,
       -- No alarm may be lost: a key that is certified already is certified again.
       exists (select from store.clone c where c.device = r.device and c.cleared is null)
       and not exists (select from store.certificate c
                        where (c.device, c.way, c.key) = (r.device, r.way, r.key) and c.revoked is null) as cloned,
       same.chain
  from store.renewal r join store.device d using (device)
  left join lateral (
        select max(until) filter (where revoked is null and until > now()) as until, max(issued) as newest,
               (array_agg(revoked is not null order by issued desc, until desc))[1] as revoked
          from store.certificate c where (c.device, c.way) = (r.device, r.way)) s on true
  left join lateral (
        select c.chain from store.certificate c
         where (c.device, c.way, c.key) = (r.device, r.way, r.key) and c.revoked is null
           and c.until > now() + interval '7 days'
         order by c.until desc limit 1) same on true
 where r.answered is null and r.device = any (%(devices)s::text[])
   and (same.chain is not null or s.newest is null or s.newest < now() - interval '10 minutes')
 order by r.asked limit %(most)s
   for update of r skip locked
