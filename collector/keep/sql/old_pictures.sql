-- Some pictures and clips that have to go.
-- One that an incident shows which is not resolved stays, but never longer
-- than any image may: named by a record of it, or a clip of the same device that was filmed within a minute of one.
select p.digest
  from store.picture p
 where p.stored < coalesce((%(units)s::jsonb ->> p.unit)::timestamptz, %(pictures)s)
   and (p.stored < %(images)s
        or not exists
           (select from store.incident i join store.incident_record r using (incident)
             where i.site = p.site and i.state <> 'resolved' and r.device = p.device
               and (p.digest in (r.data ->> 'picture', r.data ->> 'clip')
                    or exists (select from store.event e
                                where e.site = p.site and e.device = p.device and e.kind = 'clip.kept'
                                  and e.data ->> 'clip' = p.digest
                                  and r.at between e.at - make_interval(secs => (e.data ->> 'before')::float8 + 60)
                                               and e.at + make_interval(secs => (e.data ->> 'seconds')::float8
                                                                              - (e.data ->> 'before')::float8 + 60)))))
 order by p.stored, p.digest limit %(most)s
   for update of p skip locked
