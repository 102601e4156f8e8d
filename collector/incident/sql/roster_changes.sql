-- The changes of rosters that hold or held lately, in the order in which they were made.
select unit, since, until, part, person from store.roster_change
 where withdrawn is null and until > %(now)s::timestamptz - interval '40 days'
 order by change
