-- Times of long ago are corrected beside the intake, back to where the clock was known to be right; losses that came back
-- go on.
set role wachtpost_owner;
alter table store.device_state add column clock_right timestamptz;
create table store.clock_lag (
    lag bigint generated always as identity primary key,
    device text not null references store.device,
    run text not null,
    unit text not null references store.unit,
    site text not null references store.site,
    seconds double precision not null,
    since timestamptz not null,
    until timestamptz not null,
    before timestamptz not null,
    reach bigint,
    worked timestamptz not null default now()
);
alter table store.clock_lag enable row level security;
create policy collector on store.clock_lag to wachtpost_collector using (true) with check (true);
create policy unit on store.clock_lag for select to wachtpost_view, wachtpost_dashboard
    using (unit = any ((select store.asked_units())::text[]));
grant select, insert, update, delete on store.clock_lag to wachtpost_collector;

-- A loss that came back meanwhile goes on in another incident as well, with what came back.
create or replace function store.guard_ending() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if old.state = 'resolved'
       or ((new.state, new.resolved, new.outcome, new.sentence)
           is distinct from (old.state, old.resolved, old.outcome, old.sentence)
           and (new.state <> 'resolved' or new.outcome is distinct from 'itself' or new.sentence <> ''
                or exists (select from store.incident_record r
                            where r.incident = old.incident and r.kind <> 'records.withheld'
                              and not (r.kind in ('device.silent', 'device.heard', 'path.lost', 'path.restored')
                                       and exists (select from store.incident_record s
                                                     join store.incident j on j.incident = s.incident
                                                    where j.site = old.site and j.state <> 'resolved'
                                                      and j.incident <> old.incident
                                                      and (s.device, s.run, s.lane, s.seq)
                                                          = (r.device, r.run, r.lane, r.seq)))))) then
        raise insufficient_privilege using message = 'an incident does not end like that';
    end if;
    return new;
end
$$;
reset role;
