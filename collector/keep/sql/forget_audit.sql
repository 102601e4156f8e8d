-- Forget entries of the audit chain that are old, up to a head that was signed.
select store.forget_audit(%(history)s) as audit
