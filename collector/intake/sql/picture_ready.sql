-- A picture of which every part is there; whoever else looks at one passes it by.
select p.digest, p.device, p.parts
  from store.picture p
 where p.complete is null and p.refused is null
   and (select count(*) from store.picture_part t where t.digest = p.digest) = p.parts
 order by p.received
 limit 1
   for update skip locked
