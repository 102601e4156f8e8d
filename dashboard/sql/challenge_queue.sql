-- Let one browser ask for challenges one after the other, so that each counts those before it.
select pg_advisory_xact_lock(hashtextextended(%(holder)s, 1))
