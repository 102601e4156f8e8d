-- Forget some incidents that were resolved long ago.
select store.forget_incidents(%(history)s) as incidents
