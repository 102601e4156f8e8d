-- Push to this browser for the asker from now on.
select store.turn_push_on(%(session)s, %(endpoint)s, %(p256dh)s, %(auth)s, %(most)s::int) as done
