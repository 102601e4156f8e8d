-- Tell once of each stretch where the chain is broken; one that grew is another.
insert into store.attention (sort, entry, last)
select 'audit_broken', b.entry, b.last
  from unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) b(entry, last)
 where not exists (select from store.attention a
                    where a.sort = 'audit_broken' and (a.entry, a.last) = (b.entry, b.last))
