-- How well the collectors that work hear together: as well as the worst of them. One that hears nothing counts as what it proved last, until the broker has surely given its share to others.
select now() - max(since) as since, now() - min(until) as behind
  from store.listener
 where seen > now() - interval '30 seconds' and (since is not null or until > now() - %(share)s::interval)
