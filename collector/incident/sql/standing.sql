-- Lock and give the incidents of these sites that are not resolved.
select incident, site, cause, rule, priority, silent, playbook, playbook_version
  from store.incident
 where site = any (%(sites)s) and state <> 'resolved'
 order by incident
   for no key update
