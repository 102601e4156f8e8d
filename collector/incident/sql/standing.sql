-- Lock and give the incidents of these sites that are not resolved, and the exercises; `losses` are the kinds of a loss and of its end.
select i.incident, i.site, i.cause, i.rule, i.priority, i.silent, i.playbook, i.playbook_version,
       not exists (select from store.incident_record r
                    where r.incident = i.incident and r.kind <> all (%(losses)s::text[])) as losses_alone,
       exists (select from store.device_state s join store.device d using (device)
                where s.site = i.site and s.silent_told is not null and d.removed is null) as down, i.exercise
  from store.incident i
 where i.site = any (%(sites)s) and i.state <> 'resolved'
 order by i.incident
   for no key update of i
