-- The browsers in which the asker turned push on, this one first.
select subscription, session is not distinct from %(session)s as here, made, reached, failed
  from store.push_subscription where person = store.asker()
 order by here desc, subscription desc
