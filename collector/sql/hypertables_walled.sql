-- The tables that are kept by day, and whether row-level security stands on them.
select 'store.' || c.relname as name, c.relrowsecurity as walled
  from pg_class c
 where c.oid in ('store.event'::regclass, 'store.measurement'::regclass)
 order by 1
