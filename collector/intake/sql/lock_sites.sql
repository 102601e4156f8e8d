-- Nobody else decides about these sites until the transaction ends; gives the database's time after waiting.
with locked as materialized (
    select site from store.site where site = any (%(sites)s::text[]) order by site for no key update
)
select count(*) as sites, clock_timestamp() as now from locked
