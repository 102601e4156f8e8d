-- Close the incident of a site that tells of nothing but records that were withheld; they came after all.
update store.incident i
   set state = 'resolved', resolved = %(now)s, outcome = 'itself', sentence = '', changed = %(now)s
 where i.site = %(site)s and i.state <> 'resolved'
   and exists (select from store.incident_record r where r.incident = i.incident)
   and not exists (select from store.incident_record r
                    where r.incident = i.incident and r.kind <> 'records.withheld')
returning incident, unit
