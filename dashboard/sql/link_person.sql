-- Whose link this is, if it can be used.
select person from store.sign_in_link where link = %(link)s and used is null and expires > now()
