-- Whether a session ended by itself, and not by hand.
select 1 as yes from store.session where session = %(session)s and ended is null and least(expires, idle) <= now()
