-- Note that whoever holds a link was reached.
select store.reached(%(code)s) as done
