-- Whether nobody may be rung at a place, or another exercise goes on there.
select 1 from store.incident where site = %(site)s and state <> 'resolved' and (silent or exercise) limit 1
