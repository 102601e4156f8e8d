-- Append an entry to the audit chain, in the name of whoever asks.
select store.audit_note(%(verb)s, %(object)s, %(subject)s, %(unit)s, %(result)s, %(reason)s, %(origin)s, %(command)s)
    as entry
