-- Keep a part of a picture of this device that is not whole yet.
insert into store.picture_part (digest, unit, number, data)
select p.digest, p.unit, %(number)s, %(data)s
  from store.picture p
 where p.digest = %(digest)s and p.device = %(device)s and p.parts = %(parts)s and p.complete is null
    on conflict do nothing
