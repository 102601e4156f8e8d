-- The next entries of the chain, their columns in their order; what is longer than an entry may be no longer fits its hash.
select entry, at, left(actor, 501), left(role, 501), left(actor_unit, 501), left(verb, 501), left(object, 501),
       left(subject, 501), left(unit, 501), left(result, 501), left(reason, 501), left(origin, 501),
       left(subject_prev, 501), left(subject_hash, 501), left(prev, 501), left(hash, 501)
  from store.audit
 where entry > %(after)s
 order by entry
 limit %(most)s
