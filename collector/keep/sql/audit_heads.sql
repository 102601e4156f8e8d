-- Every head, those that were signed together one after another.
select subject, entry, hash, at, key, signature
  from store.audit_head
 order by at, signature, subject, entry
