-- Forget whole days of raw rows, where they are kept by day.
select store.forget_events(%(before)s) as chunks
