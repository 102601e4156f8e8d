-- The zones in which an incident of a place stands open.
select distinct r.zone from seen.incident_record r join seen.incident i on i.incident = r.incident
 where i.site = %(site)s and i.state <> 'resolved' and r.zone is not null
