-- Forget sessions, links and refusals that are over.
select store.forget_sign_ins() as sign_ins
