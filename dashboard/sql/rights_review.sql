-- Note that the asker found these people's rights to be right.
select store.review_rights(%(people)s::text[]) as reviewed
