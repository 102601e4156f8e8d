-- Who looked at, changed, gave out or deleted what: only appended to, chained, its heads signed.
set role wachtpost_owner;

-- Whose household it is; nobody else of a unit belongs to one place.
alter table store.person add column site text references store.site;
-- Since when somebody has the role that he has.
alter table store.person add column role_since timestamptz not null default now();

-- `entry` counts without gaps. `object` and `subject` are `sort:id`; `subject` is the place or person that it is about.
-- `origin` is a keyed hash. `hash` covers the entry and `prev`, the hash before it; `subject_hash` the entry and
-- `subject_prev`, the one before it about the same subject.
create table store.audit (
    entry bigint primary key,
    at timestamptz not null,
    actor text not null,
    role text not null,
    actor_unit text,
    verb text not null check (verb in ('collect', 'change', 'consult', 'disclose', 'combine', 'delete',
                                       'sign_in', 'sign_out')),
    object text not null,
    subject text,
    unit text,
    result text not null check (result in ('done', 'refused')),
    reason text,
    origin text,
    subject_prev text,
    subject_hash text,
    prev text not null,
    hash text not null,
    check ((subject is null) = (subject_prev is null) and (subject is null) = (subject_hash is null)),
    -- Whoever looks through the chain holds some hundreds of them at once.
    check (length(actor) <= 120 and length(role) <= 40 and length(actor_unit) <= 120 and length(object) <= 120
           and length(subject) <= 120 and length(unit) <= 120 and length(reason) <= 500 and length(origin) <= 64
           and length(subject_prev) <= 64 and length(subject_hash) <= 64 and length(prev) <= 64 and length(hash) <= 64)
);
create index audit_by_subject on store.audit (subject, entry) where subject is not null;
create index audit_by_actor on store.audit (actor, at);
create index audit_by_time on store.audit (at);
create index audit_of_sign_ins on store.audit (actor, at) where verb = 'sign_in' and result = 'done';

-- How far the whole chain (subject '') or that of one subject had come, signed by the collector's key.
create table store.audit_head (
    subject text not null default '',
    entry bigint not null,
    hash text not null,
    at timestamptz not null,
    key text not null,
    signature text not null,
    primary key (subject, entry)
);

-- Whose turn it is to do what only one may do at once, as a lock on its row: an advisory lock anybody may take and keep.
-- Nobody but the functions of the owner comes near it.
create table store.keep_turn (what text primary key);
insert into store.keep_turn values ('chain'), ('audit'), ('keep'), ('gap');

-- What the auditor and the administrator must know, and is about no place: `entry` to `last` of a chain that was
-- broken, `person` who opened too much.
create table store.attention (
    attention bigint generated always as identity primary key,
    at timestamptz not null default now(),
    sort text not null check (sort in ('audit_broken', 'too_many_looks')),
    unit text references store.unit,
    person text references store.person,
    entry bigint,
    last bigint,
    seen timestamptz,
    seen_by text references store.person,
    check ((seen is null) = (seen_by is null))
);

-- That somebody is told of it by letter.
create table store.notice (
    notice bigint generated always as identity primary key,
    attention bigint not null references store.attention on delete cascade,
    person text not null references store.person,
    made timestamptz not null default now(),
    next_try timestamptz not null default now(),
    tries int not null default 0,
    sent timestamptz,
    unique (attention, person)
);

-- Who found whose rights to be right, each quarter.
create table store.right_review (
    person text not null references store.person,
    at timestamptz not null default now(),
    unit text references store.unit,
    role text not null,
    by text not null references store.person,
    primary key (person, at)
);

-- Writes fields so that no two lists of them read alike: the length of each in bytes, or `-` where it is null.
create function store.audit_text(variadic fields text[]) returns text
language sql immutable parallel safe
begin atomic
    select string_agg(coalesce(octet_length(convert_to(f, 'UTF8')) || ':' || f, '-'), ',' order by place)
      from unnest(fields) with ordinality as x(f, place);
end;

-- Whom an object is about: a person, or the place to which an incident, a picture or a clip belongs; else null.
create function store.audit_about(of_object text) returns text
language sql stable security definer
set search_path = pg_catalog, pg_temp
return case
    when of_object like 'person:%' then of_object
    when of_object ~ '^site:' then (select 'site:' || s.site from store.site s where s.site = substr(of_object, 6))
    when of_object ~ '^incident:[1-9][0-9]{0,17}$' then
        (select 'site:' || i.site from store.incident i where i.incident = substr(of_object, 10)::bigint)
    when of_object ~ '^device:' then
        (select 'site:' || d.site from store.device d where d.device = substr(of_object, 8))
    when of_object ~ '^(picture|clip):' then
        (select 'site:' || p.site from store.picture p where p.digest = split_part(of_object, ':', 2))
end;

-- Be the only one that does a work of keeping until the transaction ends, if nobody is.
create function store.take_turn(wanted text) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform from store.keep_turn k where k.what = wanted and wanted <> 'chain' for update skip locked;
    return found;
end
$$;

-- Wait until the chain is one's own; held until the transaction ends. Who finds it held for long gives up.
create function store.hold_chain() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
begin
    perform from store.keep_turn k where k.what = 'chain' for update;
    if not found then
        raise no_data_found using message = 'store.keep_turn names no chain';
    end if;
end
$$;

-- The only way into the chain; gives the number of the entry. Who acts is never told by the caller: it is the asker,
-- or the service, or somebody whom nobody knows; `by_command` names an administrator's command, where nobody asks.
-- An asker who is nobody is refused; what is no unit is left out.
-- The chain is held until the transaction ends, so this comes last in it.
create function store.audit_note(of_verb text, of_object text, of_subject text, of_unit text, of_result text,
                                 of_reason text, of_origin text, by_command text) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    e store.audit;
    last store.audit;
    known store.person;
    fields text[];
begin
    perform store.hold_chain();
    select * into last from store.audit order by entry desc limit 1;
    select * into known from store.person p where p.person = store.asker();
    e.entry := coalesce(last.entry, 0) + 1;
    e.at := clock_timestamp();
    if store.asker() is not null then
        if known.person is null then
            raise insufficient_privilege using message = 'who acts is nobody';
        end if;
        e.actor := known.person;
        e.role := known.role;
        e.actor_unit := known.unit;
    elsif by_command is not null then
        e.actor := 'command:' || left(by_command, 40);
        e.role := 'administrator';
    else
        e.actor := case session_user when 'wachtpost_collector' then 'collector'
                                     when 'wachtpost_dashboard' then 'stranger' else session_user end;
        e.role := case session_user when 'wachtpost_dashboard' then 'unknown' else 'service' end;
    end if;
    e.verb := of_verb;
    e.object := left(of_object, 120);
    e.subject := left(coalesce(of_subject, store.audit_about(of_object)), 120);
    e.unit := coalesce((select u.unit from store.unit u where u.unit = of_unit),
                       (select s.unit from store.site s where 'site:' || s.site = e.subject));
    e.result := of_result;
    e.reason := left(of_reason, 500);
    e.origin := left(of_origin, 64);
    fields := array[e.entry::text, (extract(epoch from e.at) * 1000000)::bigint::text, e.actor, e.role, e.actor_unit,
                    e.verb, e.object, e.subject, e.unit, e.result, e.reason, e.origin];
    if e.subject is not null then
        e.subject_prev := coalesce((select a.subject_hash from store.audit a where a.subject = e.subject
                                     order by a.entry desc limit 1), '');
        e.subject_hash := encode(sha256(convert_to(store.audit_text(variadic fields || e.subject_prev), 'UTF8')), 'hex');
    end if;
    e.prev := coalesce(last.hash, '');
    e.hash := encode(sha256(convert_to(
        store.audit_text(variadic fields || array[e.subject_prev, e.subject_hash, e.prev]), 'UTF8')), 'hex');
    insert into store.audit values (e.*);
    return e.entry;
end
$$;

-- Who may do what, since when, when he was here last and who looked at that last: all for those who watch over the
-- others, those of his own unit for a coordinator.
create function store.asked_rights() returns table (person text, unit text, role text, since timestamptz,
                                                    signed_in timestamptz, reviewed timestamptz, reviewed_by text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select p.person, p.unit, p.role, p.role_since,
           (select max(a.at) from store.audit a
             where a.actor = p.person and a.verb = 'sign_in' and a.result = 'done'),
           r.at, r.by
      from store.person p
      left join lateral (select v.at, v.by from store.right_review v
                          where v.person = p.person and v.role = p.role and v.unit is not distinct from p.unit
                            and v.at >= p.role_since
                          order by v.at desc limit 1) r on true
     where p.removed is null
       and (store.asker_role() in ('auditor', 'administrator')
            or (store.asker_role() = 'coordinator' and p.unit = any (store.asked_units())));
end;

-- Notes that the asker found these people's rights to be right, as they stand; gives how many. Nobody reviews his own,
-- nor who gives them out (the administrator).
create function store.review_rights(of_people text[]) returns int
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
    with reviewed as (
        insert into store.right_review (person, unit, role, by)
        select r.person, r.unit, r.role, store.asker() from store.asked_rights() r
         where r.person = any (of_people) and r.person <> store.asker()
           and store.asker_role() in ('auditor', 'coordinator')
        returning 1)
    select count(*)::int from reviewed;
end;

-- What the asker may see entries about: himself, and the place of his household.
create function store.asked_subjects() returns text[]
language sql stable security definer
set search_path = pg_catalog, pg_temp
return coalesce(
    (select array_remove(array['person:' || p.person, case when p.role = 'household' then 'site:' || p.site end], null)
       from store.person p where p.person = store.asker() and p.removed is null),
    '{}'::text[]);

-- Notes that the asker looks at something; false where he opened too much within an hour: that is noted as refused,
-- and told. What counts are kits (their pages, their closed incidents), cases and exports; an open incident never does.
-- A page that looks again by itself (`streaming`) is noted once in fifteen minutes. What would be about nobody, because
-- there is no such thing or it is called otherwise, is refused.
create function store.audit_look(of_verb text, of_object text, of_reason text, of_origin text, streaming boolean)
returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    opened bigint;
begin
    if of_object ~ '^(incident|site|picture|clip):' and store.audit_about(of_object) is null then
        raise insufficient_privilege using message = 'a look is at something that there is';
    end if;
    if streaming and exists (select from store.audit a
                              where a.actor = store.asker() and a.at > now() - interval '15 minutes'
                                and a.object = of_object and a.result = 'done') then
        return true;
    end if;
    perform store.hold_chain();
    if store.audit_counts(of_object, now()) is not null then
        select count(distinct x.what) into opened
          from (select store.audit_counts(a.object, a.at) as what from store.audit a
                 where a.actor = store.asker() and a.at > now() - interval '1 hour' and a.result = 'done'
                   and a.verb in ('consult', 'disclose', 'combine')
                 union all select store.audit_counts(of_object, now())) x;
    end if;
    if opened > 50 then
        insert into store.attention (sort, unit, person)
        select 'too_many_looks', p.unit, p.person from store.person p
         where p.person = store.asker()
           and not exists (select from store.attention a
                            where a.sort = 'too_many_looks' and a.person = p.person
                              and a.at > now() - interval '1 hour');
        perform store.audit_note(of_verb, of_object, null, null, 'refused', 'too_many', of_origin, null);
        return false;
    end if;
    perform store.audit_note(of_verb, of_object, null, null, 'done', of_reason, of_origin, null);
    return true;
end
$$;

-- Notes that a page about much shows incidents of these homes, about each of them once in fifteen minutes; it counts as
-- no look at a kit.
create function store.audit_homes(of_object text, of_sites text[], of_origin text) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    home text;
begin
    for home in
        select 'site:' || s.site from store.site s
         where s.site = any (of_sites) and s.kind = 'home'
           and not exists (select from store.audit a
                            where a.actor = store.asker() and a.at > now() - interval '15 minutes'
                              and a.subject = 'site:' || s.site and a.object = of_object and a.result = 'done')
         order by s.site
    loop
        perform store.audit_note('consult', of_object, home, null, 'done', null, of_origin, null);
    end loop;
end
$$;

-- What a look counts as among those that are too many; null: it does not.
create function store.audit_counts(of_object text, looked timestamptz) returns text
language sql stable security definer
set search_path = pg_catalog, pg_temp
return case
    when of_object like 'case:%' then of_object
    when of_object like 'export:%' then of_object || looked  -- each of them
    when of_object ~ '^site:' then
        (select of_object from store.site s where s.site = substr(of_object, 6) and s.kind = 'home')
    when of_object ~ '^incident:[1-9][0-9]{0,17}$' then
        (select 'site:' || i.site from store.incident i join store.site s on s.site = i.site and s.kind = 'home'
          where i.incident = substr(of_object, 10)::bigint and i.resolved < looked)
end;

-- The auditor or the administrator has seen it; that the chain is broken is the auditor's alone to have seen.
create function store.attention_seen(wanted bigint) returns boolean
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
    with changed as (
        update store.attention set seen = now(), seen_by = store.asker()
         where attention = wanted and seen is null
           and (store.asker_role() = 'auditor'
                or (store.asker_role() = 'administrator' and sort <> 'audit_broken'))
           and person is distinct from store.asker()
        returning 1)
    select exists (select from changed);
end;

-- Forgets entries before a moment, up to a signed head, which stays: the chain goes on from there. At most some at once.
create function store.forget_audit(before timestamptz) returns int
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    cut bigint;
    gone int;
begin
    if before is null or before > now() - interval '3 years' then
        raise insufficient_privilege using message = 'an entry is kept for three years';
    end if;
    select max(h.entry) into cut from store.audit_head h
     where h.subject = ''
       and h.entry < coalesce((select min(a.entry) from store.audit a where a.at >= before),
                              (select max(a.entry) from store.audit a))
       and exists (select from store.audit a where a.entry = h.entry and a.hash = h.hash);
    delete from store.audit where entry <= cut;
    get diagnostics gone = row_count;
    -- Those that were signed together with the one that stays bear one signature.
    delete from store.audit_head
     where at < (select least(h.at, before) from store.audit_head h where h.subject = '' and h.entry = cut);
    delete from store.attention where at < before;
    delete from store.right_review where at < before;
    return gone;
end
$$;

revoke execute on function
    store.audit_note(text, text, text, text, text, text, text, text), store.audit_about(text), store.asked_subjects(),
    store.audit_look(text, text, text, text, boolean), store.audit_counts(text, timestamptz), store.asked_rights(),
    store.review_rights(text[]), store.attention_seen(bigint), store.forget_audit(timestamptz),
    store.take_turn(text), store.hold_chain(), store.audit_homes(text, text[], text) from public;
grant execute on function store.audit_note(text, text, text, text, text, text, text, text)
    to wachtpost_collector, wachtpost_dashboard;
grant execute on function store.asked_subjects() to wachtpost_view, wachtpost_dashboard;
grant execute on function
    store.audit_look(text, text, text, text, boolean), store.audit_homes(text, text[], text), store.asked_rights(),
    store.review_rights(text[]), store.attention_seen(bigint) to wachtpost_dashboard;
grant execute on function store.forget_audit(timestamptz), store.take_turn(text) to wachtpost_collector;

alter table store.keep_turn enable row level security;
alter table store.audit enable row level security;
alter table store.audit_head enable row level security;
alter table store.attention enable row level security;
alter table store.right_review enable row level security;
-- Whoever verifies retention may look how old they are, at nothing else of them.
create policy collector on store.right_review for select to wachtpost_collector using (true);
grant select (at, unit) on store.right_review to wachtpost_collector;
alter table store.notice enable row level security;
create policy collector on store.notice to wachtpost_collector using (true) with check (true);
grant select, insert (attention, person), update (tries, next_try, sent) on store.notice to wachtpost_collector;
create policy collector on store.audit for select to wachtpost_collector using (true);
create policy collector on store.audit_head to wachtpost_collector using (true) with check (true);
create policy collector on store.attention to wachtpost_collector using (true) with check (true);
create policy subject on store.audit for select to wachtpost_view
    using (subject = any ((select store.asked_subjects())::text[]));
create policy auditor on store.audit for select to wachtpost_view
    using ((select store.asker_role()) = 'auditor');
create policy auditor on store.audit_head for select to wachtpost_view
    using ((select store.asker_role()) = 'auditor');
create policy auditor on store.attention for select to wachtpost_view
    using ((select store.asker_role()) in ('auditor', 'administrator'));
grant select on store.audit to wachtpost_collector;
grant select, insert on store.audit_head to wachtpost_collector;
grant select, insert (sort, entry, last) on store.attention to wachtpost_collector;
grant select on store.audit, store.audit_head, store.attention to wachtpost_view;
reset role;

set role wachtpost_view;
-- All about the asker himself and the place of his household; nobody else's.
create view seen.audit as
    select entry, at, actor, role, actor_unit, verb, object, subject, unit, result, reason
      from store.audit where subject = any (store.asked_subjects());
-- How often within a month, by whom; not what. For the auditor alone.
create view seen.audit_count as
    select (at at time zone 'Europe/Amsterdam')::date as day, actor_unit as unit, actor, role, verb,
           split_part(object, ':', 1) as sort, result, count(*) as n, max(at) as last
      from store.audit where (select store.asker_role()) = 'auditor' and at > now() - interval '31 days'
     group by 1, 2, 3, 4, 5, 6, 7;
create view seen.audit_head as
    select entry, hash, at, key, signature from store.audit_head where subject = '';
create view seen.attention as
    select attention, at, sort, unit, person, entry, seen, seen_by from store.attention;
-- When the chain was last looked through, and whether anything was wrong with it then.
create view seen.audit_verified as
    select a.done, a.until, w.until is distinct from a.until as broken
      from store.keep_done a left join store.keep_done w on w.what = 'audit_well'
     where a.what = 'audit';
grant select on seen.audit, seen.audit_count, seen.audit_head, seen.attention, seen.audit_verified
    to wachtpost_dashboard;
reset role;
