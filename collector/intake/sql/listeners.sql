-- How well the collectors that work hear together: as well as the worst of them.
select bool_and(since is not null) as heard,
       now() - max(since) as since, now() - min(until) as behind
  from store.listener where seen > now() - interval '30 seconds'
