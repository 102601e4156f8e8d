-- Forget whose turn it was to speak, a month ago.
delete from store.turn where heard < now() - interval '30 days'
