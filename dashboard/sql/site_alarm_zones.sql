-- The zones in which an incident of a place stands open, and whether an urgent one does.
select r.zone, bool_or(i.priority = 'urgent') as urgent
  from seen.incident_record r join seen.incident i on i.incident = r.incident
 where i.site = %(site)s and i.state <> 'resolved' and r.zone is not null
 group by r.zone
