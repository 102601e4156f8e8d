-- Count what stands open, what nobody has taken, and the devices that are not heard.
select count(*) filter (where priority = 'urgent')::int as urgent,
       count(*) filter (where priority = 'attention')::int as attention,
       count(*) filter (where priority = 'notice')::int as notice,
       count(*) filter (where state = 'open')::int as untaken,
       (select priority from seen.incident where state = 'open'
         order by array_position(array['urgent', 'attention', 'notice'], priority) limit 1) as sound,
       (select count(*)::int from seen.device_state
         where silent_since is not null or heard < %(stale)s) as silent
  from seen.incident
 where state <> 'resolved'
