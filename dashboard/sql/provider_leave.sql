-- Who is in no group any more is nobody.
select store.leave_provider(%(person)s) as gone
