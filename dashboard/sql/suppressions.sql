-- The windows of a place: those to come and those that last, then the latest; with what each held back.
select s.suppression, s.zone, s.kinds, s.why, s.since, s.until, s.over, s.person, s.made, s.ended, s.ended_by,
       s.reported, s.held, p.role as person_role, e.role as ended_role,
       (select coalesce(jsonb_object_agg(k.kind, k.n), '{}')
          from (select d.kind, count(*) as n from seen.suppressed d
                 where d.suppression = s.suppression group by d.kind) k) as counts
  from seen.suppression s
  left join seen.person p on p.person = s.person
  left join seen.person e on e.person = s.ended_by
 where s.site = %(site)s
 order by s.reported is not null, s.over desc limit %(most)s
