-- A browser on a wall has a session of its own; it stands for nobody at a desk, neither while it lasts nor when it ends.
set role wachtpost_owner;
alter table store.session drop constraint session_how_check;
alter table store.session add constraint session_how_check check (how in ('link', 'passkey', 'provider', 'wall'));

create or replace function store.lapsed()
returns table (person text, role text, at timestamptz)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select distinct on (p.role) p.person, p.role, least(s.expires, s.idle)
      from store.session s join store.person p on p.person = s.person
     where p.unit = any (store.asked_units()) and p.removed is null and p.role in ('coordinator', 'deputy', 'desk')
       and s.ended is null and s.noticed is null and s.how <> 'wall'
       and least(s.expires, s.idle) between now() - interval '12 hours' and now()
       and s.watched > least(s.expires, s.idle) - interval '2 minutes'
       and not exists (select from store.session t join store.person q on q.person = t.person
                        where q.unit = p.unit and q.role = p.role and q.removed is null and t.how <> 'wall'
                          and t.ended is null and least(t.expires, t.idle) > now())
     order by p.role, least(s.expires, s.idle) desc;
end;
reset role;
