-- Note that an incident is confirmed, and how early it began; tells whether that is new.
with before as (
    select confirmed is null as new from store.incident where incident = %(incident)s
)
update store.incident
   set confirmed = coalesce(confirmed, %(now)s), changed = %(now)s, occurred = least(occurred, %(occurred)s)
 where incident = %(incident)s
returning (select new from before) as new
