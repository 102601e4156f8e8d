-- See one state of everything until the transaction ends.
set transaction isolation level repeatable read, read only
