-- Let one origin ask for challenges one after the other, so that each counts those before it.
select pg_advisory_xact_lock(hashtextextended(%(origin)s, 1))
