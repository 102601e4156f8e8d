-- See one state of everything until the transaction ends; not read-only, for it may take a turn.
set transaction isolation level repeatable read
