-- Every table that somebody made in this database, with a statement for each of its times that counts what is too old.
-- Left out: what belongs to PostgreSQL or to an extension, and what is read through its parent.
select n.nspname as schema, c.relname as name, found.statements
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  cross join lateral
       (select jsonb_object_agg(a.attname, format(
                   $$select count(*) as rows
                       from (select %1$s::timestamptz as at, %2$s as unit from %3$I.%4$I t) r
                       left join store.unit u on u.unit = r.unit
                      where r.at < %%(now)s::timestamptz
                                   - make_interval(days => least(coalesce((u.policy ->> %%(term)s)::int, %%(days)s),
                                                                 %%(most)s))$$,
                   -- What a wrong clock said is no age.
                   case when a.attname = 'at' and exists (select from pg_attribute o
                                                           where o.attrelid = c.oid and o.attname = 'corrected')
                        then 'coalesce(t.corrected, t.at)' else format('t.%I', a.attname) end,
                   case when exists (select from pg_attribute o
                                      where o.attrelid = c.oid and o.attname = 'unit' and o.attnum > 0
                                        and o.atttypid = 'text'::regtype)
                        then 't.unit' else 'null::text' end,
                   n.nspname, c.relname)) as statements
          from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
           and a.atttypid in ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)) found
 where c.relkind in ('r', 'p', 'm', 'f') and c.relpersistence <> 't'
   and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast'
   and not exists (select from pg_inherits i where i.inhrelid = c.oid)
   and not exists (select from pg_depend d
                    where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
 order by 1, 2
