-- How much of his budget of this hour the asker has had, and how much is held back.
select channel, sent, held from store.own_budget()
