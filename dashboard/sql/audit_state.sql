-- When the audit chain was looked through last, whether it was broken then, and how far it was signed.
select (select done from seen.audit_verified) as looked,
       coalesce((select broken from seen.audit_verified), false) as broken,
       (select entry from seen.audit_head order by entry desc limit 1) as entry,
       (select hash from seen.audit_head order by entry desc limit 1) as hash,
       (select at from seen.audit_head order by entry desc limit 1) as at
