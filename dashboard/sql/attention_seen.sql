-- Note that the asker has seen it.
select store.attention_seen(%(attention)s) as done
