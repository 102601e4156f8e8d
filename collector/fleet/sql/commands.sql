-- Give every command and what became of it, the latest first.
select device, number, site, what, coalesce(ended, tried, put) as since,
       case when outcome = 'obeyed' then 'obeyed'
            when outcome = 'refused' then 'refused (' || reason || ')'
            when expires <= now() then 'expired, brought ' || tries || ' times'
            when exists (select from store.clone k where k.device = c.device and k.cleared is null)
            then 'waiting, for the device is cloned'
            else 'waiting, brought ' || tries || ' times' end as state
  from store.command c order by put desc, device, number desc
