-- Be the only one that keeps house until the transaction ends, if nobody is.
select store.take_turn('keep') as taken
