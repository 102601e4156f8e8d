-- Be the only one that looks through the chain, if nobody does.
select store.take_turn('audit') as taken
