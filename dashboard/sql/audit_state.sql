-- When the audit chain was looked through last, and how far it was signed.
select (select done from seen.audit_verified) as looked,
       (select entry from seen.audit_head order by entry desc limit 1) as entry,
       (select hash from seen.audit_head order by entry desc limit 1) as hash,
       (select at from seen.audit_head order by entry desc limit 1) as at
