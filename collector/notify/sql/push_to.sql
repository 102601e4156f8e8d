-- Give the browsers in which somebody turned push on.
select s.subscription, s.endpoint, s.p256dh, s.auth
  from store.push_subscription s join store.person p using (person)
 where s.person = %(person)s and p.removed is null
 order by s.subscription
