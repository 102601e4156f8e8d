-- Messages that arrive: the alarm receiving centre.
set role wachtpost_owner;

-- The number under which an alarm receiving centre knows a place.
alter table store.site add column account text;

-- What an alarm receiving centre is told: a kind of record in an incident, and that it ended. `code` and `sequence` are
-- given at the first attempt, and stay: by them the other side knows a message that comes twice.
create table store.signal (
    signal bigint generated always as identity primary key,
    incident bigint not null references store.incident on delete cascade,
    unit text not null references store.unit,
    account text not null,
    kind text not null,
    ends boolean not null,
    made timestamptz not null,
    next_try timestamptz not null,
    leased_until timestamptz,
    tries int not null default 0,
    code text check (code ~ '^[A-Z]{2}$'),
    sequence int check (sequence between 1 and 9999),
    sent timestamptz,
    given_up timestamptz,
    trouble text,
    unique (incident, kind, ends)
);
create index signal_due on store.signal (next_try) where sent is null and given_up is null;

-- The line to an alarm receiving centre, of each account: how far it counted, and whether anybody is there. `lost` counts
-- the questions in a row that nobody answered.
create table store.receiver_line (
    account text primary key,
    unit text not null references store.unit,
    sequence int not null default 0 check (sequence between 0 and 9999),
    next_ask timestamptz not null,
    lost int not null default 0,
    lost_since timestamptz,
    heard timestamptz
);

alter table store.signal enable row level security;
alter table store.receiver_line enable row level security;
create policy collector on store.signal to wachtpost_collector using (true) with check (true);
create policy collector on store.receiver_line to wachtpost_collector using (true) with check (true);
grant select, update (next_try, leased_until, tries, code, sequence, sent, given_up, trouble) on store.signal
    to wachtpost_collector;
grant select, insert, update, delete on store.receiver_line to wachtpost_collector;

-- Whatever makes an incident the control room's, by whomever, is told to its centre: in the same transaction, so that
-- neither happens without the other.
create function store.signal_incident() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    of_account text := (select s.account from store.site s where s.site = new.site and s.removed is null);
begin
    if of_account is null then
        return null;
    end if;
    insert into store.signal (incident, unit, account, kind, ends, made, next_try)
    select distinct new.incident, new.unit, of_account, k.kind, k.ends, new.changed, new.changed
      from (select r.kind, false as ends from store.incident_record r
             where r.incident = new.incident and not old.to_control_room
            union all
            select 'silenced', false where new.silent and not old.silent
            union all
            select 'confirmed', false where new.confirmed is not null and old.confirmed is null
            union all
            select s.kind, true from store.signal s
             where s.incident = new.incident and not s.ends and new.state = 'resolved' and old.state <> 'resolved') k
        on conflict (incident, kind, ends) do nothing;
    if found then
        perform pg_notify('signal', '');
    end if;
    return null;
end
$$;
create trigger signal after update on store.incident for each row when (new.to_control_room)
    execute function store.signal_incident();

create function store.signal_record() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into store.signal (incident, unit, account, kind, ends, made, next_try)
    select i.incident, i.unit, s.account, new.kind, false, i.changed, i.changed
      from store.incident i join store.site s on s.site = i.site
     where i.incident = new.incident and i.to_control_room and i.state <> 'resolved'
       and s.account is not null and s.removed is null
        on conflict (incident, kind, ends) do nothing;
    if found then
        perform pg_notify('signal', '');
    end if;
    return null;
end
$$;
create trigger signal after insert on store.incident_record for each row execute function store.signal_record();
revoke execute on function store.signal_incident(), store.signal_record() from public;

grant insert (unit) on store.attention to wachtpost_collector;

-- What goes beyond somebody's budget of an hour is held back, and goes as one digest when it is over.
alter table store.message add column held boolean not null default false, add column digest bigint;
create index message_sent on store.message (person, channel, sent) where sent is not null;

-- How much of his budget of this hour the asker has had, by each channel, and how much is held back for him.
create function store.own_budget() returns table (channel text, sent bigint, held bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select m.channel, count(*) filter (where m.sent >= date_trunc('hour', now(), 'UTC') and m.digest is null),
           count(*) filter (where m.held and m.sent is null and m.given_up is null)
      from store.message m join store.incident i using (incident)
     where m.person = store.asker() and i.priority <> 'urgent'
       and (m.sent >= date_trunc('hour', now(), 'UTC') or (m.sent is null and m.given_up is null))
     group by m.channel
     order by m.channel;
end;
revoke execute on function store.own_budget() from public;
grant execute on function store.own_budget() to wachtpost_dashboard;

-- Whether somebody is reached by a channel: asked once a month, answered by the button behind its link. `code` is the
-- SHA-256 of what the link holds.
create table store.reach (
    person text not null references store.person,
    unit text references store.unit,
    channel text not null,
    code text unique,
    asked timestamptz,
    sent timestamptz,
    proved timestamptz,
    next_try timestamptz not null default now(),
    tries int not null default 0,
    primary key (person, channel)
);
alter table store.reach enable row level security;
create policy collector on store.reach to wachtpost_collector using (true) with check (true);
create policy unit on store.reach for select to wachtpost_view
    using (unit = any ((select store.asked_units())::text[]));
grant select, insert, delete, update (unit, code, asked, sent, next_try, tries) on store.reach to wachtpost_collector;
grant select on store.reach to wachtpost_view;

-- Whoever holds the link was reached; once, and while it is asked.
create function store.reached(of_code text) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update store.reach set proved = now(), code = null where code = of_code;
    return found;
end
$$;
revoke execute on function store.reached(text) from public;
grant execute on function store.reached(text) to wachtpost_dashboard;

-- Nobody answers any more at an alarm receiving centre; and, that nobody watches over the collectors any more.
alter table store.attention drop constraint attention_sort_check;
alter table store.attention add constraint attention_sort_check
    check (sort in ('audit_broken', 'too_many_looks', 'receiver_lost', 'watchdog_lost'));
-- Where messages to somebody go, by channel; and the browsers in which he turned push on, each until it is signed out.
create or replace function store.may_be_on_duty(wanted text, of_unit text) returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
return false;  -- a column that a function names cannot change
alter table store.person alter column tell type jsonb
    using case when tell is not null then jsonb_build_object('email', tell) end;
create or replace function store.may_be_on_duty(wanted text, of_unit text) returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
return exists (select from store.person p
                where p.person = wanted and p.unit = of_unit and p.removed is null and p.tell is not null
                  and p.role in ('coordinator', 'deputy', 'desk'));
create table store.push_subscription (
    subscription bigint generated always as identity primary key,
    person text not null references store.person,
    session text references store.session on update cascade on delete set null,
    endpoint text not null unique check (length(endpoint) <= 1000),
    p256dh text not null check (length(p256dh) <= 200),
    auth text not null check (length(auth) <= 200),
    made timestamptz not null default now(),
    reached timestamptz,
    failed timestamptz
);
create index push_subscription_by_person on store.push_subscription (person);
alter table store.push_subscription enable row level security;
create policy collector on store.push_subscription to wachtpost_collector using (true) with check (true);
create policy own on store.push_subscription to wachtpost_dashboard
    using (person = store.asker()) with check (person = store.asker());
grant select, delete, update (reached, failed) on store.push_subscription to wachtpost_collector;
grant select (subscription, person, session, made, reached, failed), delete on store.push_subscription
    to wachtpost_dashboard;

-- By which channels somebody is told of an incident of this priority: of what is urgent by all of them at once; else by
-- e-mail and push, by SMS where nothing else would reach him in time.
create function store.channels_of(of_person text, of_priority text) returns setof text
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
    with known as (
        select p.tell, exists (select from store.push_subscription s where s.person = p.person) as push
          from store.person p where p.person = of_person and p.removed is null
    )
    select c.channel
      from known k
     cross join lateral (select jsonb_object_keys(k.tell) union all select 'push' where k.push) c(channel)
     where of_priority = 'urgent' or c.channel = 'email'
        or (of_priority = 'attention' and (c.channel = 'push' or not k.push))
        or (not k.tell ? 'email' and (c.channel = 'push' or not k.push))
     order by c.channel;
end;

-- Where messages to the asker go; nobody else's addresses are anybody's.
create function store.own_tell() returns jsonb
language sql stable security definer
set search_path = pg_catalog, pg_temp
return (select p.tell from store.person p where p.person = store.asker() and p.removed is null);
revoke execute on function store.own_tell() from public;
grant execute on function store.own_tell() to wachtpost_dashboard;

-- Pushes to a browser for the asker from now on, and for nobody else any more who used it; to so many of his at most.
create function store.turn_push_on(of_session text, of_endpoint text, of_p256dh text, of_auth text, most int)
returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    holder constant text := (select p.person from store.person p where p.person = store.asker() and p.removed is null);
begin
    delete from store.push_subscription where endpoint = of_endpoint;
    if (select count(*) from store.push_subscription where person = holder) >= most then
        return false;
    end if;
    insert into store.push_subscription (person, session, endpoint, p256dh, auth)
    values (holder, of_session, of_endpoint, of_p256dh, of_auth);
    return true;
end
$$;
revoke execute on function store.turn_push_on(text, text, text, text, int) from public;
grant execute on function store.turn_push_on(text, text, text, text, int) to wachtpost_dashboard;

-- Who signs out, is shut out or is removed gets nothing there any more.
create function store.drop_push() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_table_name = 'session' then
        delete from store.push_subscription where session = new.session;
    else
        delete from store.push_subscription where person = new.person;
    end if;
    return null;
end
$$;
revoke execute on function store.drop_push() from public;
create trigger push after update on store.session for each row when (new.ended is not null and old.ended is null)
    execute function store.drop_push();
create trigger push after update on store.person for each row when (new.removed is not null and old.removed is null)
    execute function store.drop_push();
reset role;
set role wachtpost_view;
create view seen.reach as
    select unit, person, channel, asked, sent, proved from store.reach;
grant select on seen.reach to wachtpost_dashboard;
reset role;
