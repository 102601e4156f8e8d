-- Whether a collector hears, whether one works at least, and until when one of them heard, by the database's clock.
select now() as now, max(until) as until,
       coalesce(bool_or(since is not null and seen > now() - %(counts)s::interval), false) as hears,
       coalesce(bool_or(seen > now() - %(counts)s::interval), false) as works
  from seen.listener
