-- Note that the asker looks at something; not where he opened too much.
select store.audit_look(%(verb)s, %(object)s, %(reason)s, %(origin)s, %(again)s) as allowed
