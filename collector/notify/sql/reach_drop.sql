-- Ask nobody any more by what he does not have.
delete from store.reach r
 where not exists (select from store.person p where p.person = r.person and p.removed is null and p.tell ? r.channel)
