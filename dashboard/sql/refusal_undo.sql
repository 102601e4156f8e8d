-- It was good.
delete from store.sign_in_refusal where origin = %(origin)s and at = %(at)s
