-- One of all collectors looks for gaps at a time; the others leave it to him.
select store.take_turn('gap') as mine, clock_timestamp() as now
