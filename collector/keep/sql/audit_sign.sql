-- Put heads down that were signed together; another collector may have been first.
insert into store.audit_head (subject, entry, hash, at, key, signature)
select h.subject, h.entry, h.hash, %(at)s, %(key)s, %(signature)s
  from jsonb_to_recordset(%(heads)s) as h(subject text, entry bigint, hash text)
 where not exists (select from jsonb_to_recordset(%(heads)s) as x(subject text, entry bigint)
                     join store.audit_head k on (k.subject, k.entry) = (x.subject, x.entry))
    on conflict do nothing
