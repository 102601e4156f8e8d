-- Passkeys; sessions that end when nobody uses them, know how they began, and say when one ran out at a desk.
set role wachtpost_owner;

create table store.passkey (
    passkey text primary key,
    person text not null references store.person,
    handle text not null,
    name text not null check (length(name) between 1 and 60),
    key bytea not null,
    count bigint not null,
    made timestamptz not null default now(),
    used timestamptz
);
create index passkey_by_person on store.passkey (person);
create table store.challenge (
    challenge text primary key,
    holder text not null,
    purpose text not null check (purpose in ('enrol', 'sign_in', 'confirm', 'provider')),
    origin text not null,
    made timestamptz not null default now(),
    expires timestamptz not null
);
create index challenge_by_origin on store.challenge (origin);

-- Whom a group of the identity provider made, and no inventory.
alter table store.person add column provider boolean not null default false;

alter table store.session add column how text not null default 'link' check (how in ('link', 'passkey', 'provider'));
alter table store.session add column passkey text;
alter table store.session add column proven timestamptz not null default now();
alter table store.session add column idle timestamptz not null default 'infinity';
alter table store.session add column browser text;
alter table store.session add column watched timestamptz;
alter table store.session add column noticed timestamptz;
-- Whoever may send SQL as the dashboard keeps no way in for longer than the dashboard gives.
alter table store.session add check (expires <= made + interval '1 day');
alter table store.session add check (proven <= now());
alter table store.sign_in_link add check (expires <= made + interval '1 day');

drop function store.person_of_session(text);
create function store.person_of_session(wanted text)
returns table (person text, unit text, role text, language text, expires timestamptz, idle timestamptz, how text,
               passkey text, proven timestamptz, browser text, provider boolean)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select p.person, p.unit, p.role, p.language, s.expires, s.idle, s.how, s.passkey, s.proven, s.browser, p.provider
      from store.session s join store.person p on p.person = s.person
     where s.session = wanted and s.ended is null and least(s.expires, s.idle) > now() and p.removed is null
       and (s.passkey is null or exists (select from store.passkey k where k.passkey = s.passkey))
       and (s.how = 'provider' or not p.provider);
end;

create function store.holder_of_passkey(wanted text)
returns table (person text, handle text, key bytea, count bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select k.person, k.handle, k.key, k.count
      from store.passkey k join store.person p on p.person = k.person
     where k.passkey = wanted and p.removed is null and not p.provider;
end;

-- Whether a group made the asker: such a one comes in by the provider alone.
create function store.asked_of_provider() returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
return exists (select from store.person p where p.person = store.asker() and p.provider);

create function store.lapsed()
returns table (person text, role text, at timestamptz)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select distinct on (p.role) p.person, p.role, least(s.expires, s.idle)
      from store.session s join store.person p on p.person = s.person
     where p.unit = any (store.asked_units()) and p.removed is null and p.role in ('coordinator', 'deputy', 'desk')
       and s.ended is null and s.noticed is null
       and least(s.expires, s.idle) between now() - interval '12 hours' and now()
       and s.watched > least(s.expires, s.idle) - interval '2 minutes'
       and not exists (select from store.session t join store.person q on q.person = t.person
                        where q.unit = p.unit and q.role = p.role and q.removed is null
                          and t.ended is null and least(t.expires, t.idle) > now())
     order by p.role, least(s.expires, s.idle) desc;
end;

create function store.notice_lapsed(seen text) returns int
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
    with noticed as (
        update store.session s set noticed = now() from store.person p
         where p.person = s.person and p.unit = any (store.asked_units()) and p.role = seen
           and s.ended is null and s.noticed is null and least(s.expires, s.idle) <= now()
        returning 1)
    select count(*)::int from noticed;
end;

-- Whom the identity provider names: what he is, also if he was removed.
create function store.person_of_provider(wanted text)
returns table (role text, unit text, provider boolean, removed timestamptz)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select p.role, p.unit, p.provider, p.removed from store.person p where p.person = wanted;
end;

-- Makes whom a group of the identity provider stands for, or gives him another role; never an administrator or auditor, and
-- never anybody of the inventory. Who gets another role signs in anew everywhere.
create function store.make_person_of_provider(of_person text, of_role text, of_unit text, of_language text) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    known store.person;
begin
    if of_role is null or of_role not in ('coordinator', 'deputy', 'desk', 'case_manager', 'head_of_operations') then
        raise insufficient_privilege using message = 'no group makes that';
    end if;
    select * into known from store.person where person = of_person for update;
    update store.session s set ended = now()
     where s.person = known.person and known.provider and s.ended is null
       and (known.role, known.unit) is distinct from (of_role, of_unit);
    insert into store.person (person, unit, role, language, provider)
    select of_person, u.unit, of_role, of_language, true from store.unit u where u.unit = of_unit
        on conflict (person) do update
       set role = excluded.role, unit = excluded.unit, removed = null,
           role_since = case when person.removed is null
                              and (person.unit, person.role) is not distinct from (excluded.unit, excluded.role)
                             then person.role_since else now() end
     where person.provider;
    if not found then
        return false;
    end if;
    if known.person is null or known.removed is not null or (known.role, known.unit) is distinct from (of_role, of_unit) then
        perform store.audit_note('change', 'right:' || of_role, 'person:' || of_person, of_unit, 'done', null, null, null);
    end if;
    return true;
end
$$;

-- Who is in no group any more is nobody, and nothing that he came in by is left.
create function store.leave_provider(of_person text) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    known store.person;
begin
    select * into known from store.person where person = of_person and provider and removed is null for update;
    if not found then
        return false;
    end if;
    update store.person set removed = now() where person = of_person;
    perform store.close_ways_in(of_person);
    perform store.audit_note('delete', 'right:' || known.role, 'person:' || of_person, known.unit, 'done', null, null, null);
    return true;
end
$$;

-- Takes every way in from a person. Who comes in at this moment did so before (and is out) or after (and is not let in):
-- the row of the person is held.
create function store.close_ways_in(of_person text) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
    update store.session set ended = now() where person = of_person and ended is null;
    update store.sign_in_link set expires = now() where person = of_person and used is null and expires > now();
    delete from store.passkey where person = of_person;
end;

-- An administrator's command does so; false: there is no such person.
create function store.shut_out(of_person text) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform from store.person where person = of_person and removed is null for update;
    if not found then
        return false;
    end if;
    perform store.close_ways_in(of_person);
    perform store.audit_note('delete', 'passkey:all', 'person:' || of_person, null, 'done', null, null,
                             'dashboard shut-out');
    return true;
end
$$;

-- Holds the asker's row while he comes in, so that whoever shuts him out does so before or after.
create function store.hold_asker() returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform from store.person where person = store.asker() for key share;
    return found;
end
$$;

-- Makes a link that works once, for a day at most; false: there is no such person, or a group made him.
create function store.make_link(of_link text, of_person text, minutes int) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into store.sign_in_link (link, person, expires)
    select of_link, p.person, now() + make_interval(mins => minutes)
      from store.person p where p.person = of_person and p.removed is null and not p.provider;
    if not found then
        return false;
    end if;
    perform store.audit_note('change', 'link:made', 'person:' || of_person, null, 'done', null, null, 'dashboard link');
    return true;
end
$$;

create or replace function store.forget_sign_ins() returns int
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
    with sessions as (delete from store.session
                       where least(ended, expires, idle) < now() - interval '1 day' returning 1),
         links as (delete from store.sign_in_link
                    where least(used, expires) < now() - interval '1 day' returning 1),
         refusals as (delete from store.sign_in_refusal where at < now() - interval '1 day' returning 1),
         challenges as (delete from store.challenge where expires < now() - interval '1 day' returning 1),
         passkeys as (delete from store.passkey k using store.person p
                       where p.person = k.person and p.removed < now() - interval '1 day' returning 1)
    select ((select count(*) from sessions) + (select count(*) from links) + (select count(*) from refusals)
            + (select count(*) from challenges) + (select count(*) from passkeys))::int;
end;

revoke execute on function
    store.holder_of_passkey(text), store.lapsed(), store.notice_lapsed(text), store.person_of_provider(text),
    store.make_person_of_provider(text, text, text, text), store.leave_provider(text), store.asked_of_provider(),
    store.close_ways_in(text), store.shut_out(text), store.hold_asker(), store.make_link(text, text, int) from public;
grant execute on function
    store.holder_of_passkey(text), store.lapsed(), store.notice_lapsed(text), store.person_of_provider(text),
    store.make_person_of_provider(text, text, text, text), store.leave_provider(text), store.asked_of_provider(),
    store.shut_out(text), store.hold_asker(), store.make_link(text, text, int) to wachtpost_dashboard;

revoke insert, update on store.sign_in_link, store.session from wachtpost_dashboard;
grant update (used) on store.sign_in_link to wachtpost_dashboard;
grant insert (session, person, expires, idle, how, passkey, browser, proven),
    update (session, ended, idle, watched, proven) on store.session to wachtpost_dashboard;

alter table store.passkey enable row level security;
create policy own on store.passkey to wachtpost_dashboard
    using (person = store.asker()) with check (person = store.asker() and not store.asked_of_provider());
alter table store.challenge enable row level security;
create policy anybody on store.challenge to wachtpost_dashboard using (true) with check (true);
grant select, insert, delete, update (name, count, used) on store.passkey to wachtpost_dashboard;
grant select, insert, delete on store.challenge to wachtpost_dashboard;
create policy collector on store.challenge for select to wachtpost_collector using (true);
grant select (made, expires) on store.challenge to wachtpost_collector;

reset role;
