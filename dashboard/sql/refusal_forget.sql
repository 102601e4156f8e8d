-- Forget refusals that no longer slow anybody down.
delete from store.sign_in_refusal where at < now() - make_interval(mins => %(minutes)s)
