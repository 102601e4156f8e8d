-- Forget whose turn it was, so that it is judged anew.
delete from store.turn where device = %(device)s
