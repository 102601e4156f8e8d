-- Tell once of each place where the chain is broken.
insert into store.attention (sort, entry)
select 'audit_broken', b.entry
  from unnest(%(entries)s::bigint[]) b(entry)
 where not exists (select from store.attention a where a.sort = 'audit_broken' and a.entry = b.entry)
