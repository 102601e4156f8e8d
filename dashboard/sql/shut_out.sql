-- Take every way in from a person, and note it.
select store.shut_out(%(person)s) as done
