-- The next entries of the chain, their columns in their order.
select entry, at, actor, role, actor_unit, verb, object, subject, unit, result, reason, origin,
       subject_prev, subject_hash, prev, hash
  from store.audit
 where entry > %(after)s
 order by entry
 limit %(most)s
