-- The asker knows that a colleague's sign-in ran out.
select store.notice_lapsed(%(role)s) as noticed
