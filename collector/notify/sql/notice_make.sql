-- Put a notice down for each auditor and administrator who can be reached, once; never for whom it is about.
insert into store.notice (attention, person)
select a.attention, p.person
  from store.attention a
  join store.person p on p.role in ('auditor', 'administrator') and p.tell ? 'email' and p.removed is null
   and p.person is distinct from a.person
 where a.seen is null and a.at > now() - interval '1 day'
 order by a.attention, p.person
    on conflict (attention, person) do nothing
