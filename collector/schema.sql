-- The truth about the store: what a migrated database looks like. Rooms: `store` holds the tables, `seen` the
-- views that people read through. The roles are made in roles.sql, because they belong to the whole server.

create schema store authorization wachtpost_owner;
create schema seen authorization wachtpost_view;
grant usage on schema store to wachtpost_view, wachtpost_collector, wachtpost_dashboard;
grant usage on schema seen to wachtpost_dashboard;

set role wachtpost_owner;

create table store.migration (
    version int primary key,
    applied timestamptz not null default now()
);

-- The inventory, mirrored from its files so that rows can be joined and walled.

create table store.unit (
    unit text primary key,
    name jsonb not null,
    policy jsonb not null
);

create table store.person (
    person text primary key,
    unit text references store.unit,
    role text not null,
    language text not null,
    tell jsonb,  -- where messages go, by channel
    removed timestamptz
);

create table store.site (
    site text primary key,
    unit text not null references store.unit,
    kind text not null check (kind in ('station', 'home')),
    name jsonb,
    kit text unique,
    reference text,
    may_ring boolean,
    time_zone text not null,
    removed timestamptz,
    check ((kind = 'home') = (kit is not null) and (kind = 'home') = (name is null))
);

-- Whose household it is; nobody else of a unit belongs to one place.
alter table store.person add column site text references store.site;
-- Since when somebody has the role that he has.
alter table store.person add column role_since timestamptz not null default now();
-- A group of the identity provider made him, and no inventory.
alter table store.person add column provider boolean not null default false;
-- The number under which an alarm receiving centre knows a place.
alter table store.site add column account text;

create table store.zone (
    site text not null references store.site,
    number int not null,
    unit text not null references store.unit,
    kind text not null,
    name jsonb,
    plan jsonb,  -- a home has none
    primary key (site, number)
);

create table store.device (
    device text primary key,
    site text not null references store.site,
    unit text not null references store.unit,
    key text not null unique,
    removed timestamptz
);

create table store.sensor (
    device text not null references store.device,
    number int not null,
    unit text not null references store.unit,
    kind text not null,
    zone int,
    quantity text,
    primary key (device, number)
);

create table store.playbook (
    playbook text not null,
    version int not null,
    content jsonb not null,
    primary key (playbook, version)
);

-- What devices wrote down. The time column stands in the key because TimescaleDB wants it there.

create table store.event (
    device text not null,
    run text not null,
    lane text not null,
    seq bigint not null,
    at timestamptz not null,
    received timestamptz not null,
    unit text not null,
    site text not null,
    kind text not null,
    sensor int,
    zone int,
    data jsonb not null,
    corrected timestamptz,  -- where the device's clock was off
    primary key (device, run, lane, seq, at)
);
create index event_by_site on store.event (site, at desc);
-- What pages ask for over years, and what is rare among the rest.
create index event_of_upkeep on store.event (site, at desc)
    where kind in ('camera.lost', 'camera.restored', 'lens.dirty', 'preset.proposed', 'clip.kept',
                   'disk.filling', 'disk.full', 'disk.restored');

create table store.measurement (
    device text not null,
    run text not null,
    lane text not null,
    seq bigint not null,
    at timestamptz not null,
    received timestamptz not null,
    unit text not null,
    site text not null,
    sensor int not null,
    quantity text not null,
    value double precision not null,
    corrected timestamptz,
    primary key (device, run, lane, seq, at)
);
create index measurement_by_site on store.measurement (site, quantity, at desc);
-- So that what a wrong clock put among old rows is found at once.
create index event_corrected on store.event (corrected) where corrected is not null;
create index measurement_corrected on store.measurement (corrected) where corrected is not null;
-- Where one device was silent is rare among the rest, and asked for over a year.
create index event_of_silence on store.event (site, at) where kind in ('device.silent', 'device.heard');
-- The page of a unit asks for what was switched in the last days, and for the last word of each door.
create index event_of_switch on store.event (site, at) where kind in
    ('panel.armed', 'panel.disarmed', 'camera.lost', 'camera.restored', 'nuisance.started', 'nuisance.ended');
create index event_of_door on store.event (device, sensor, at desc, seq desc)
    where kind in ('contact.opened', 'contact.closed');
-- Where a table is not kept by day, this finds the hours of all places.
create index event_by_time on store.event using brin (at) with (autosummarize = on);
create index measurement_by_time on store.measurement using brin (at) with (autosummarize = on);

-- Validly signed, but the time is impossible; `at` is what the device said.
create table store.event_untimed (
    device text not null,
    run text not null,
    lane text not null,
    seq bigint not null,
    at text not null,
    received timestamptz not null,
    unit text not null,
    site text not null,
    kind text not null,
    sensor int,
    zone int,
    data jsonb not null,
    corrected timestamptz,
    stored timestamptz not null default now(),  -- by the database's clock, as below
    primary key (device, run, lane, seq, at)
);

-- Frames that cannot be read or trusted, as they came; `times` counts how often.
create table store.frame_set_aside (
    digest text primary key,
    received timestamptz not null,
    topic text not null,
    unit text references store.unit,
    device text,
    refusal text not null,
    detail text not null,
    size int not null,
    raw bytea not null,
    times int not null default 1,
    last_received timestamptz not null,
    stored timestamptz not null default now()
);

-- Presence, on the database's clock.

create table store.device_state (
    device text primary key references store.device,
    unit text not null references store.unit,
    site text not null references store.site,
    run text,
    heard timestamptz not null,
    silent_since timestamptz,
    heartbeat jsonb,
    silent_told timestamptz,
    sent timestamptz,  -- the latest that a frame of it says
    -- Its clock: our time minus its own in seconds, the run for which that holds, the least of the window that goes on,
    -- and the offset that was told as wrong.
    clock_offset double precision,
    clock_run text,
    clock_low double precision,
    clock_low_since timestamptz,
    clock_frames int not null default 0,
    clock_told double precision,
    clock_right timestamptz,  -- until when it is known to have been right
    speaker text  -- the run of which the latest new plain record came
);

create table store.path_state (
    device text not null references store.device,
    way int not null,
    unit text not null references store.unit,
    site text not null references store.site,
    heard timestamptz not null,
    lost_since timestamptz,
    gone timestamptz,
    lost_told timestamptz,
    sent timestamptz,  -- the latest that a frame which came by it says
    primary key (device, way)
);

-- Which numbers of each lane of a run came, and which it names as gone. `last` is how far it says it came, in the first
-- record of the run after it (`successor`). `twice` and `reach` are what the latest batch met: the numbers that were there,
-- and how far the lane had come. `whole`: nothing is missing.
create table store.lane_state (
    device text not null references store.device,
    run text not null,
    lane text not null,
    unit text not null references store.unit,
    site text not null references store.site,
    heard timestamptz not null,
    seen int8multirange not null default '{}',
    dropped int8multirange not null default '{}',
    last bigint,
    successor text,
    twice int8multirange not null default '{}',
    reach bigint not null default 1,
    again bigint not null default 0,
    late bigint not null default 0,
    whole boolean not null generated always as (
        int8multirange(int8range(1, greatest(upper(seen + dropped), last + 1, 1))) - seen - dropped = '{}') stored,
    primary key (device, run, lane)
) with (fillfactor = 50);
create index lane_state_with_holes on store.lane_state (device) where not whole;

-- Numbers that did not come though later ones did.
create table store.gap (
    device text not null,
    run text not null,
    lane text not null,
    first bigint not null,
    last bigint not null,
    unit text not null references store.unit,
    site text not null references store.site,
    since timestamptz not null,
    told timestamptz,
    primary key (device, run, lane, first),
    foreign key (device, run, lane) references store.lane_state on delete cascade
);

-- Steps that a device told of its own clock: until `before`, by the clock of then, the run's times lack so many seconds.
create table store.clock_jump (
    device text not null references store.device,
    run text not null,
    before timestamptz not null,
    unit text not null references store.unit,
    site text not null references store.site,
    seconds double precision not null,
    primary key (device, run, before)
);

-- Work to do: what a run wrote before `before`, and came from `since` until `until`, lacks so many seconds. It is done
-- from the latest number down; `reach` is how far. `worked`: when that was, or when it became known.
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

-- Keys of devices and who holds them (collector/fleet).

-- A certificate of one path, with the chain that goes to the device; `key` is its public half. None is deleted before it
-- expired, so that a revoked one stays known while a broker might take it.
create table store.certificate (
    serial text primary key,
    device text not null references store.device,
    way int not null,
    unit text not null references store.unit,
    site text not null references store.site,
    key text not null,
    since timestamptz not null,
    until timestamptz not null,
    issued timestamptz not null default now(),
    chain text not null,
    revoked timestamptz,
    reason text check (reason in ('stolen', 'lost', 'replaced', 'ended', 'other')),
    check ((revoked is null) = (reason is null))
);
create index certificate_of_path on store.certificate (device, way, until desc);

-- The latest request of a path for a new certificate, and the path on which it came and is answered.
create table store.renewal (
    device text not null references store.device,
    way int not null,
    unit text not null references store.unit,
    site text not null references store.site,
    key text not null,
    came_by int not null,
    asked timestamptz not null default now(),
    answered timestamptz,
    refused text check (refused in ('revoked', 'uncertified', 'cloned', 'bad_key')),
    primary key (device, way)
);

-- Whose turn it was to speak, among the runs of a device: how often each began, and how often others had when it did first.
create table store.turn (
    device text not null references store.device,
    run text not null,
    unit text not null references store.unit,
    site text not null references store.site,
    turns int not null,
    beside jsonb not null,
    heard timestamptz not null default now(),
    primary key (device, run)
);

-- Devices of which two live; until somebody clears it they get no certificate and no command.
create table store.clone (
    clone bigint generated always as identity primary key,
    device text not null references store.device,
    unit text not null references store.unit,
    site text not null references store.site,
    found timestamptz not null default now(),
    runs text[] not null,
    cleared timestamptz
);
create unique index clone_once on store.clone (device) where cleared is null;

-- Commands as an administrator signed them elsewhere, `said` and `signature`; `way` is the path that one went by last.
-- Of a device the lowest number that has no outcome goes first.
create table store.command (
    device text not null references store.device,
    number bigint not null,
    unit text not null references store.unit,
    site text not null references store.site,
    what text not null,
    said bytea not null,
    signature bytea not null,
    made timestamptz not null,
    expires timestamptz not null,
    put timestamptz not null default now(),
    tries int not null default 0,
    tried timestamptz,
    way int,
    outcome text check (outcome in ('obeyed', 'refused')),
    reason text,
    ended timestamptz,
    primary key (device, number),
    check ((outcome is null) = (ended is null) and (outcome is not distinct from 'refused') = (reason is not null))
);
create index command_waiting on store.command (device, number) where outcome is null;

-- Pictures and clips of stations: parts until all have come, then a file in the blob store. `sort` is what it is, found
-- when it was whole; `refused`: what came was not what its name says, or nothing that we take.

create table store.picture (
    digest text primary key,
    device text not null references store.device,
    unit text not null references store.unit,
    site text not null references store.site,
    parts int not null,
    received timestamptz not null,
    complete timestamptz,
    sort text check (sort in ('jpeg', 'mp4')),
    size bigint,
    refused timestamptz,
    stored timestamptz not null default now()
);

create table store.picture_part (
    digest text not null references store.picture on delete cascade,
    unit text not null references store.unit,
    number int not null,
    data bytea not null,
    primary key (digest, number)
);

-- Tasks that devices gave people (a lens to clean, a setting to judge), and who set them aside: by the record.
create table store.task_aside (
    unit text not null references store.unit,
    device text not null,
    sensor int not null,
    kind text not null,
    at timestamptz not null,
    person text not null references store.person,
    done timestamptz not null default now(),
    primary key (unit, device, sensor, kind, at)
);

-- Incidents.

create table store.incident (
    incident bigint generated always as identity primary key,
    unit text not null references store.unit,
    site text not null references store.site,
    rule text not null,
    cause text not null,
    priority text not null check (priority in ('urgent', 'attention', 'notice')),
    title jsonb not null,
    silent boolean not null default false,
    to_control_room boolean not null default false,
    occurred timestamptz not null,
    opened timestamptz not null default now(),
    changed timestamptz not null default now(),
    state text not null default 'open' check (state in ('open', 'acknowledged', 'resolved')),
    owner text references store.person,
    acknowledged timestamptz,
    resolved timestamptz,
    outcome text check (outcome in ('real', 'false', 'nuisance', 'exercise', 'test', 'itself')),
    sentence text check (length(sentence) <= 500),
    playbook text not null,
    playbook_version int not null,
    confirmed timestamptz,
    exercise boolean not null default false,
    constraint incident_exercise_check check (not exercise or outcome is null or outcome = 'exercise'),
    foreign key (playbook, playbook_version) references store.playbook,
    check ((state = 'open') = (owner is null) or outcome is not distinct from 'itself'),
    check ((state = 'resolved') = (resolved is not null and outcome is not null and sentence is not null))
);
-- The second guard: while one is open there is no other of that site and cause; an exercise stands beside it.
create unique index incident_open_once on store.incident (site, cause, exercise) where state <> 'resolved';
create index incident_by_unit on store.incident (unit, opened desc);
create index incident_by_site on store.incident (site, opened desc);
-- How often it began to wait that somebody takes it, since when it does, and until when it is its owner's.
alter table store.incident
    add column round int not null default 1,
    add column waits_since timestamptz,
    add column taken_until timestamptz;

-- The records that opened an incident or joined it; they outlive the raw rows.
create table store.incident_record (
    incident bigint not null references store.incident,
    unit text not null references store.unit,
    device text not null,
    run text not null,
    lane text not null,
    seq bigint not null,
    at timestamptz not null,
    kind text not null,
    sensor int,
    zone int,
    data jsonb not null,
    corrected timestamptz,
    primary key (incident, device, run, lane, seq)
);

create table store.incident_step (
    incident bigint not null references store.incident,
    step text not null,
    unit text not null references store.unit,
    place int not null,
    role text not null,
    text jsonb not null,
    mandatory boolean not null,
    done timestamptz,
    done_by text references store.person,
    primary key (incident, step),
    check ((done is null) = (done_by is null))
);

-- Only appended to: nobody holds a right to update or delete it. store.forget_incidents lends the collector the deletion of
-- what hangs on incidents that were resolved three years ago.
create table store.incident_log (
    entry bigint generated always as identity primary key,
    incident bigint not null references store.incident,
    unit text not null references store.unit,
    at timestamptz not null default now(),
    person text references store.person,
    what text not null check (what in ('opened', 'joined', 'acknowledged', 'handed_over', 'step_done',
                                       'step_undone', 'resolved', 'told', 'not_told',
                                       'confirmed', 'ended', 'returned',
                                       'held', 'lapsed', 'escalated', 'shift_changed')),
    data jsonb not null default '{}'
);
create index incident_log_by_incident on store.incident_log (incident, entry);

create table store.message (
    message bigint generated always as identity primary key,
    incident bigint not null references store.incident,
    unit text not null references store.unit,
    person text not null references store.person,
    channel text not null,
    reason text not null,
    made timestamptz not null default now(),
    next_try timestamptz not null default now(),
    leased_until timestamptz,
    tries int not null default 0,
    sent timestamptz,
    given_up timestamptz,
    trouble text,
    held boolean not null default false,  -- beyond somebody's budget of an hour
    digest bigint,  -- the message that told of it
    unique (incident, person, channel, reason)
);
create index message_due on store.message (next_try) where sent is null and given_up is null;
create index message_sent on store.message (person, channel, sent) where sent is not null;

-- What is to be done where nobody takes an incident: whom it goes to at `due`, in a round that ends when somebody takes it
-- (`stopped`). A step is done once, whoever does it.
create table store.escalation (
    incident bigint not null references store.incident,
    round int not null,
    step int not null,
    unit text not null references store.unit,
    tells text[] not null,
    due timestamptz not null,
    done timestamptz,
    stopped timestamptz,
    primary key (incident, round, step)
);
create index escalation_due on store.escalation (due) where done is null and stopped is null;

-- Somebody else has a part of a unit's roster for a time.
create table store.roster_change (
    change bigint generated always as identity primary key,
    unit text not null references store.unit,
    part text not null check (part in ('first', 'stand_in')),
    person text not null references store.person,
    since timestamptz not null,
    until timestamptz not null,
    made timestamptz not null default now(),
    made_by text not null references store.person,
    withdrawn timestamptz,
    withdrawn_by text references store.person,
    check (since < until and until <= since + interval '31 days'),
    check ((withdrawn is null) = (withdrawn_by is null))
);
create index roster_change_by_unit on store.roster_change (unit, until);

-- The processes that watch the collectors, and when each did last.
create table store.watchdog (
    name text primary key,
    seen timestamptz not null
);

-- Exercises that somebody asked for, until the collector began or refused them.
create table store.exercise (
    exercise bigint generated always as identity primary key,
    unit text not null references store.unit,
    site text not null references store.site,
    rule text not null,
    person text not null references store.person,
    made timestamptz not null default now(),
    incident bigint references store.incident on delete cascade,
    refused text check (refused in ('no_rule', 'stands', 'late')),
    ended timestamptz,
    check (num_nonnulls(incident, refused) = (ended is not null)::int)
);
create index exercise_waiting on store.exercise (exercise) where ended is null;
create index exercise_by_site on store.exercise (site, made desc);

-- Windows in which records of some kinds open nothing at a place, and the records that were held back meanwhile.
create table store.suppression (
    suppression bigint generated always as identity primary key,
    unit text not null references store.unit,
    site text not null references store.site,
    zone int,
    kinds text[] not null,
    why text not null check (why in ('works', 'maintenance', 'cleaning', 'delivery', 'weather', 'test')),
    since timestamptz not null,
    until timestamptz not null,
    person text not null references store.person,
    made timestamptz not null default now(),
    ended timestamptz,
    ended_by text references store.person,
    reported timestamptz,
    check (cardinality(kinds) between 1 and 30),
    check (kinds <@ array['camera.lost', 'contact.opened', 'device.silent', 'disk.filling', 'disk.full', 'lens.dirty',
                          'light.changed', 'motion.started', 'nuisance.started', 'path.lost', 'visit.lingered',
                          'visits.repeated']),
    check (since < until and until - since <= interval '24 hours' and until <= made + interval '31 days'),
    check ((ended is null) = (ended_by is null))
);
create index suppression_standing on store.suppression (site) where reported is null;
create index suppression_by_site on store.suppression (site, until desc);

create table store.suppressed (
    suppression bigint not null references store.suppression on delete cascade,
    unit text not null references store.unit,
    device text not null,
    run text not null,
    lane text not null,
    seq bigint not null,
    at timestamptz not null,
    received timestamptz not null,
    corrected timestamptz,
    site text not null,
    kind text not null,
    sensor int,
    zone int,
    data jsonb not null,
    primary key (suppression, device, run, lane, seq)
);

-- What is kept, and for how long (collector/keep).

-- Roll-ups of whole hours, and of the days of the place; they stay where the raw rows are gone.
create table store.measurement_hour (
    site text not null,
    bucket timestamptz not null,
    unit text not null,
    device text not null,
    sensor int not null,
    quantity text not null,
    n bigint not null,
    low double precision not null,
    high double precision not null,
    total double precision not null,
    primary key (site, bucket, unit, device, sensor, quantity)
);
create table store.measurement_day (like store.measurement_hour including constraints including indexes);

create table store.event_hour (
    site text not null,
    bucket timestamptz not null,
    unit text not null,
    kind text not null,
    n bigint not null,
    primary key (site, bucket, unit, kind)
);
create table store.event_day (like store.event_hour including constraints including indexes);

-- Hours for which records came after they were over: to be rolled up again.
create table store.rollup_dirty (
    site text not null,
    bucket timestamptz not null,
    marked timestamptz not null default now(),
    primary key (site, bucket)
);

-- The moment before which the raw rows of a unit are gone; it only moves on.
create table store.forgotten (
    unit text primary key,
    until timestamptz not null
);

-- When each work of keeping was done last, and how far it came.
create table store.keep_done (
    what text primary key,
    done timestamptz not null,
    until timestamptz
);

-- The collectors, and for how long each has proven that it hears; and when none of them heard.
create table store.listener (
    name text primary key,
    since timestamptz,
    until timestamptz,
    seen timestamptz not null
);
create table store.deaf (
    since timestamptz primary key,
    until timestamptz not null
);

-- Signing in. Links and sessions are kept as SHA-256 of their secret.

create table store.sign_in_link (
    link text primary key,
    person text not null references store.person,
    made timestamptz not null default now(),
    expires timestamptz not null,
    used timestamptz,
    check (expires <= made + interval '1 day')
);

-- `idle`: when it ends unless it is used. `proven`: when the person last proved who he is. `watched`: when a page of it
-- last looked by itself. `browser`: the keyed hash of what kind of browser it began in. `noticed`: that it ran out.
create table store.session (
    session text primary key,
    person text not null references store.person,
    made timestamptz not null default now(),
    expires timestamptz not null,
    ended timestamptz,
    how text not null default 'link' check (how in ('link', 'passkey', 'provider', 'wall')),
    passkey text,
    proven timestamptz not null default now() check (proven <= now()),
    idle timestamptz not null default 'infinity',
    browser text,
    watched timestamptz,
    noticed timestamptz,
    check (expires <= made + interval '1 day')
);

create table store.sign_in_refusal (
    at timestamptz not null default now(),
    origin text not null
);
create index sign_in_refusal_by_origin on store.sign_in_refusal (origin, at);

-- By its id; `handle` is the random name under which an authenticator knows the person. `count`: how often it signed.
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

-- What a passkey is to sign, once; as SHA-256, like the cookie of the browser that it was given to.
create table store.challenge (
    challenge text primary key,
    holder text not null,
    purpose text not null check (purpose in ('enrol', 'sign_in', 'confirm', 'provider')),
    origin text not null,
    made timestamptz not null default now(),
    expires timestamptz not null
);
create index challenge_by_origin on store.challenge (origin);

-- Who is asking. The dashboard says so at the start of each transaction; for any other session the setting means
-- nothing, because whoever may send SQL may also set it.
create function store.asker() returns text
language sql stable parallel safe
return case when session_user = 'wachtpost_dashboard'
            then nullif(current_setting('wachtpost.person', true), '') end;

-- The units whose places, records and incidents the asker may see.
create function store.asked_units() returns text[]
language sql stable security definer
set search_path = pg_catalog, pg_temp
return coalesce(
    (select array_agg(p.unit) from store.person p
      where p.person = store.asker() and p.removed is null and p.unit is not null
        and p.role in ('coordinator', 'deputy', 'desk')),
    '{}'::text[]);

-- The asker's role, or null.
create function store.asker_role() returns text
language sql stable security definer
set search_path = pg_catalog, pg_temp
return (select p.role from store.person p where p.person = store.asker() and p.removed is null);

-- The control room sees what was sent or handed over to it, while it is open; one that belongs to a unit, of that unit.
create function store.incident_of_control_room(wanted bigint) returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
return exists (select from store.incident i join store.person p on p.person = store.asker()
                where i.incident = wanted and i.to_control_room and i.state <> 'resolved'
                  and p.role = 'control_room' and p.removed is null
                  and (p.unit is null or p.unit = i.unit));

-- Whose session this is; empty where it is unknown, ended, expired or idle, or its passkey is gone.
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

-- Whose passkey this is; his own rows are all that the dashboard reads of that table otherwise.
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

-- Sign-ins of the asker's colleagues that ran out while a page still watched, where nobody of that role is signed in.
create function store.lapsed()
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

-- Somebody knows of it.
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

-- No passkey is made unnoted, whoever sends the SQL. A few letters tell passkeys apart.
create function store.passkey_made() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform store.audit_note('change', 'passkey:' || left(new.passkey, 8), 'person:' || new.person,
                             (select p.unit from store.person p where p.person = new.person), 'done', null, null, null);
    return null;
end
$$;
revoke execute on function store.passkey_made() from public;
create trigger made after insert on store.passkey for each row
    when (session_user = 'wachtpost_dashboard') execute function store.passkey_made();

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

-- The walls. The collector writes for every unit; who reads sees the units that the asker answers for.
do $$
declare
    walled constant text[] := array[
        'unit', 'person', 'site', 'zone', 'device', 'sensor', 'event', 'measurement', 'event_untimed',
        'frame_set_aside', 'device_state', 'path_state', 'lane_state', 'gap', 'clock_jump',
        'clock_lag', 'certificate', 'renewal', 'turn', 'clone', 'command',
        'picture', 'picture_part', 'task_aside',
        'incident', 'incident_record', 'incident_step', 'incident_log', 'message',
        'exercise', 'suppression', 'suppressed', 'escalation', 'roster_change'];
    name text;
begin
    foreach name in array walled loop
        execute format('alter table store.%I enable row level security', name);
        execute format('create policy collector on store.%I to wachtpost_collector using (true) with check (true)', name);
        execute format('create policy unit on store.%I for select to wachtpost_view, wachtpost_dashboard
                        using (unit = any ((select store.asked_units())::text[]))', name);
    end loop;
    foreach name in array array['incident', 'incident_record', 'incident_step', 'incident_log', 'escalation'] loop
        execute format('create policy control_room on store.%I for select to wachtpost_view, wachtpost_dashboard
                        using ((select store.asker_role()) = ''control_room''
                               and store.incident_of_control_room(incident))', name);
    end loop;
end
$$;

create policy administrator on store.frame_set_aside for select to wachtpost_view
    using ((select store.asker_role()) = 'administrator');
create policy administrator on store.device_state for select to wachtpost_view
    using ((select store.asker_role()) = 'administrator');

-- A place is named to the control room only by the incident that it was given.
create policy control_room on store.site for select to wachtpost_view
    using ((select store.asker_role()) = 'control_room'
           and exists (select from store.incident i where i.site = site.site
                          and i.to_control_room and i.state <> 'resolved'));

-- Taking, handing over, ticking off and resolving; where the asker may look he may act.
create policy act on store.incident for update to wachtpost_dashboard
    using (unit = any ((select store.asked_units())::text[]) or store.incident_of_control_room(incident));
create policy act on store.incident_step for update to wachtpost_dashboard
    using ((unit = any ((select store.asked_units())::text[]) or store.incident_of_control_room(incident))
           and exists (select from store.incident i
                        where i.incident = incident_step.incident and i.state <> 'resolved'))
    with check (done_by is null or done_by = store.asker());
create policy act on store.incident_log for insert to wachtpost_dashboard
    with check (person = store.asker()
                and what in ('acknowledged', 'held', 'handed_over', 'step_done', 'step_undone', 'resolved')
                and (unit = any ((select store.asked_units())::text[]) or store.incident_of_control_room(incident))
                and exists (select from store.incident i
                             where i.incident = incident_log.incident and i.unit = incident_log.unit));
create policy act on store.task_aside for insert to wachtpost_dashboard
    with check (person = store.asker() and unit = any ((select store.asked_units())::text[]));
create policy act on store.exercise for insert to wachtpost_dashboard
    with check (person = store.asker() and unit = any ((select store.asked_units())::text[])
                and store.asker_role() in ('coordinator', 'deputy'));
create policy act on store.suppression for insert to wachtpost_dashboard
    with check (person = store.asker() and unit = any ((select store.asked_units())::text[])
                and since >= now() - interval '1 minute');
create policy end_it on store.suppression for update to wachtpost_dashboard
    using (unit = any ((select store.asked_units())::text[]) and ended is null and reported is null)
    with check (ended_by = store.asker());
-- The service writes in its own name; it never says that a person did something.
create policy nobody on store.incident_log as restrictive for insert to wachtpost_collector
    with check (person is null);

-- What the dashboard may never do to an incident, whatever its code says: change a closed one, take it from the
-- control room, or give it to somebody of another unit.
create function store.guard_incident() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if old.state = 'resolved' or new.outcome = 'itself'
       or (old.to_control_room and not new.to_control_room)
       or (new.owner is distinct from old.owner and new.owner is not null
           and new.owner is distinct from store.asker()
           and not exists (select from store.person p
                            where p.person = new.owner and p.unit = old.unit and p.removed is null
                              and p.role in ('coordinator', 'deputy', 'desk'))) then
        raise insufficient_privilege using message = 'an incident does not change like that';
    end if;
    return new;
end
$$;
create trigger guard before update on store.incident
    for each row when (session_user = 'wachtpost_dashboard')
    execute function store.guard_incident();

-- The service itself ends an incident only where records that were withheld made it, or losses that go on in another
-- incident of that place; it takes one from its owner only when his time is over, gives it to nobody but a colleague, and
-- never touches a closed one.
create function store.guard_ending() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if old.state = 'acknowledged' and new.state = 'open' and old.taken_until <= new.changed
       and (new.resolved, new.outcome, new.sentence) is not distinct from (old.resolved, old.outcome, old.sentence) then
        return new;
    end if;
    if old.state = 'resolved'
       or (new.owner is distinct from old.owner
           and not exists (select from store.person p
                            where p.person = new.owner and p.unit = old.unit and p.removed is null
                              and p.role in ('coordinator', 'deputy', 'desk')))
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
create trigger guard_ending before update on store.incident
    for each row when (session_user = 'wachtpost_collector')
    execute function store.guard_ending();

-- Whose an incident is, and until when: nobody sets that by himself. What its owner does draws it out; when his time is
-- over, or it goes back to a role, or gets more urgent, it waits again and is told in a new round. A notice waits for ever.
create function store.hold_incident() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    heard constant timestamptz := least(new.changed, now());
    more_urgent boolean := false;
    hold interval;
begin
    if tg_op = 'INSERT' then
        new.round := 1;
        new.waits_since := case when new.state = 'open' then new.opened end;
        new.taken_until := null;
        return new;
    end if;
    more_urgent := new.priority = 'urgent' and old.priority <> 'urgent';
    new.round := old.round;
    new.waits_since := old.waits_since;
    new.taken_until := old.taken_until;
    if new.state = 'open' and (old.state <> 'open' or more_urgent) then
        new.round := old.round + 1;
        new.waits_since := heard;
    end if;
    if new.state <> 'open' then
        new.waits_since := null;
    end if;
    if new.state <> 'acknowledged' or new.priority = 'notice' then
        new.taken_until := null;
    elsif new.owner is distinct from old.owner or new.owner = store.asker() or more_urgent then
        select make_interval(secs => coalesce((u.policy ->> ('hold_' || new.priority || '_s'))::int,
                                              case new.priority when 'urgent' then 900 else 3600 end))
          into hold from store.unit u where u.unit = new.unit;
        new.taken_until := heard + hold;
    end if;
    if new.state <> 'open' or new.round <> old.round then
        update store.escalation set stopped = heard
         where incident = new.incident and done is null and stopped is null;
    end if;
    return new;
end
$$;
create trigger hold before insert or update on store.incident
    for each row execute function store.hold_incident();

grant select, insert, update on
    store.unit, store.person, store.site, store.zone, store.device, store.sensor,
    store.frame_set_aside, store.device_state, store.path_state, store.picture,
    store.message to wachtpost_collector;
grant select, insert, update on store.listener to wachtpost_collector;
grant select, insert on store.deaf to wachtpost_collector;
grant select on store.deaf, store.listener to wachtpost_view;
grant select, insert on store.playbook, store.incident to wachtpost_collector;
grant update (rule, cause, priority, title, playbook, playbook_version, silent, to_control_room, occurred, changed,
              confirmed, state, resolved, outcome, sentence)
    on store.incident to wachtpost_collector;
grant select, insert (incident, step, unit, place, role, text, mandatory), update (place, role, text, mandatory)
    on store.incident_step to wachtpost_collector;
grant select, insert, delete on
    store.event, store.measurement, store.event_untimed, store.picture_part to wachtpost_collector;
grant select, insert, update, delete on store.lane_state, store.gap, store.clock_jump, store.clock_lag
    to wachtpost_collector;
grant select, insert, delete on store.certificate, store.clone to wachtpost_collector;
grant update (revoked, reason) on store.certificate to wachtpost_collector;
grant update (cleared) on store.clone to wachtpost_collector;
grant select, insert, update, delete on store.renewal, store.turn to wachtpost_collector;
grant select, insert (device, number, unit, site, what, said, signature, made, expires), delete on store.command
    to wachtpost_collector;
grant update (tries, tried, way, outcome, reason, ended) on store.command to wachtpost_collector;
grant update (corrected) on store.event, store.measurement, store.event_untimed, store.incident_record
    to wachtpost_collector;
grant delete on store.frame_set_aside, store.picture, store.sensor, store.zone to wachtpost_collector;
-- A silent press takes the loud steps that nobody did yet away, so that nobody rings.
grant delete on store.incident_step to wachtpost_collector;
grant select, insert on store.incident_record, store.incident_log to wachtpost_collector;
grant select on store.migration to wachtpost_collector, wachtpost_dashboard;

grant select on
    store.unit, store.person, store.site, store.zone, store.device, store.sensor, store.event,
    store.measurement, store.event_untimed, store.frame_set_aside, store.device_state, store.path_state,
    store.gap, store.picture, store.task_aside, store.incident, store.incident_record, store.incident_step,
    store.incident_log to wachtpost_view;
grant select on store.incident, store.incident_step, store.incident_log to wachtpost_dashboard;
grant update (state, owner, acknowledged, resolved, outcome, sentence, to_control_room, changed)
    on store.incident to wachtpost_dashboard;
grant update (done, done_by) on store.incident_step to wachtpost_dashboard;
grant insert on store.incident_log, store.task_aside to wachtpost_dashboard;

-- Who may have a part of a unit's roster: a colleague who has incidents and can be told.
create function store.may_be_on_duty(wanted text, of_unit text) returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
return exists (select from store.person p
                where p.person = wanted and p.unit = of_unit and p.removed is null and p.tell is not null
                  and p.role in ('coordinator', 'deputy', 'desk'));

grant select, insert on store.escalation to wachtpost_collector;
grant update (done) on store.escalation to wachtpost_collector;
grant update (owner, acknowledged) on store.incident to wachtpost_collector;
grant select, insert, update on store.watchdog to wachtpost_collector;
grant select, delete on store.roster_change to wachtpost_collector;
grant select on store.escalation, store.roster_change, store.watchdog to wachtpost_view;
-- The coordinator and the deputy change their roster, from now on, in their own name.
create policy change on store.roster_change for insert to wachtpost_dashboard
    with check (made_by = store.asker() and unit = any ((select store.asked_units())::text[])
                and (select store.asker_role()) in ('coordinator', 'deputy')
                and until > now() and store.may_be_on_duty(person, unit));
create policy withdraw on store.roster_change for update to wachtpost_dashboard
    using (unit = any ((select store.asked_units())::text[])
           and (select store.asker_role()) in ('coordinator', 'deputy') and withdrawn is null)
    with check (withdrawn_by = store.asker());
grant select, insert (unit, part, person, since, until, made_by), update (withdrawn, withdrawn_by)
    on store.roster_change to wachtpost_dashboard;
revoke execute on function store.may_be_on_duty(text, text) from public;
grant execute on function store.may_be_on_duty(text, text) to wachtpost_dashboard;

grant select, delete, update (incident, refused, ended) on store.exercise to wachtpost_collector;
grant select, delete, update (reported) on store.suppression to wachtpost_collector;
grant select, insert on store.suppressed to wachtpost_collector;
grant insert (exercise) on store.incident to wachtpost_collector;
grant select on store.exercise, store.suppression, store.suppressed to wachtpost_view;
grant insert (unit, site, rule, person) on store.exercise to wachtpost_dashboard;
grant insert (unit, site, zone, kinds, why, since, until, person), update (ended, ended_by)
    on store.suppression to wachtpost_dashboard;
grant select on store.suppression to wachtpost_dashboard;
-- Whoever may send SQL as the dashboard keeps no way in for longer than the dashboard gives.
grant select, update (used) on store.sign_in_link to wachtpost_dashboard;
grant select, insert (session, person, expires, idle, how, passkey, browser, proven),
    update (session, ended, idle, watched, proven) on store.session to wachtpost_dashboard;
grant select, insert, delete on store.sign_in_refusal to wachtpost_dashboard;

revoke execute on function
    store.holder_of_passkey(text), store.lapsed(), store.notice_lapsed(text), store.person_of_provider(text),
    store.make_person_of_provider(text, text, text, text), store.leave_provider(text), store.asked_of_provider(),
    store.close_ways_in(text), store.shut_out(text), store.hold_asker(), store.make_link(text, text, int) from public;
grant execute on function
    store.holder_of_passkey(text), store.lapsed(), store.notice_lapsed(text), store.person_of_provider(text),
    store.make_person_of_provider(text, text, text, text), store.leave_provider(text), store.asked_of_provider(),
    store.shut_out(text), store.hold_asker(), store.make_link(text, text, int) to wachtpost_dashboard;

alter table store.passkey enable row level security;
create policy own on store.passkey to wachtpost_dashboard
    using (person = store.asker()) with check (person = store.asker() and not store.asked_of_provider());
alter table store.challenge enable row level security;
create policy anybody on store.challenge to wachtpost_dashboard using (true) with check (true);
grant select, insert, delete, update (name, count, used) on store.passkey to wachtpost_dashboard;
grant select, insert, delete on store.challenge to wachtpost_dashboard;
create policy collector on store.challenge for select to wachtpost_collector using (true);
grant select (made, expires) on store.challenge to wachtpost_collector;

-- Forgets whole days of raw rows before a moment, where TimescaleDB keeps them by day; gives how many chunks went. Only
-- the owner of a hypertable may. Today is never forgotten, whoever asks.
create function store.forget_events(before timestamptz) returns int
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    home text := (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace
                   where e.extname = 'timescaledb');
    piece record;
    needed boolean;
    gone int := 0;
begin
    if before > date_trunc('day', now(), 'UTC') then
        raise insufficient_privilege using message = 'today is not forgotten';
    end if;
    if home is null then
        return 0;
    end if;
    for piece in
        select c.hypertable_name as name, c.chunk_schema, c.chunk_name, c.range_start, c.range_end
          from timescaledb_information.chunks c
         where c.hypertable_schema = 'store' and c.hypertable_name in ('event', 'measurement')
           and c.range_end <= before
         order by c.range_end, c.hypertable_name
    loop
        -- What a clock that went wrong put there is younger than it says.
        execute format('select exists (select from %I.%I where corrected >= $1)', piece.chunk_schema, piece.chunk_name)
           into needed using before;
        if not needed then
            execute format('select %I.drop_chunks(%L, older_than => $1, newer_than => $2)', home, 'store.' || piece.name)
              using piece.range_end, piece.range_start;
            gone := gone + 1;
        end if;
    end loop;
    return gone;
end
$$;

-- Forgets incidents that were resolved before a moment, with all that hangs on them; at most some at once.
create function store.forget_incidents(before timestamptz) returns int
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    old bigint[];
begin
    if before > now() - interval '3 years' then
        raise insufficient_privilege using message = 'an incident is kept for three years';
    end if;
    old := array(select incident from store.incident where resolved < before order by incident limit 1000);
    delete from store.message where incident = any (old);
    delete from store.escalation where incident = any (old);
    delete from store.incident_log where incident = any (old);
    delete from store.incident_step where incident = any (old);
    delete from store.incident_record where incident = any (old);
    delete from store.incident where incident = any (old);
    return cardinality(old);
end
$$;

-- Forgets what belongs to signing in and ended more than a day ago, and the passkeys of who was removed.
create function store.forget_sign_ins() returns int
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
    store.forget_events(timestamptz), store.forget_incidents(timestamptz), store.forget_sign_ins() from public;
grant execute on function
    store.forget_events(timestamptz), store.forget_incidents(timestamptz), store.forget_sign_ins()
    to wachtpost_collector;

do $$
declare
    name text;
begin
    foreach name in array array['measurement_hour', 'measurement_day', 'event_hour', 'event_day',
                                'rollup_dirty', 'forgotten', 'keep_done'] loop
        execute format('alter table store.%I enable row level security', name);
        execute format('create policy collector on store.%I to wachtpost_collector using (true) with check (true)', name);
    end loop;
    foreach name in array array['measurement_hour', 'measurement_day', 'event_hour', 'event_day'] loop
        execute format('create policy unit on store.%I for select to wachtpost_view
                        using (unit = any ((select store.asked_units())::text[]))', name);
    end loop;
end
$$;
create policy everybody on store.keep_done for select to wachtpost_view using (true);

grant select, insert, update, delete on
    store.measurement_hour, store.measurement_day, store.event_hour, store.event_day, store.rollup_dirty
    to wachtpost_collector;
grant select, insert, update on store.forgotten, store.keep_done to wachtpost_collector;
grant select, delete on store.task_aside to wachtpost_collector;
grant delete on store.deaf to wachtpost_collector;
-- Whoever verifies retention may look how old they are, at nothing else of them.
grant select (made, expires, ended) on store.session to wachtpost_collector;
grant select (made, expires, used) on store.sign_in_link to wachtpost_collector;
grant select (at) on store.sign_in_refusal to wachtpost_collector;
grant select on
    store.measurement_hour, store.measurement_day, store.event_hour, store.event_day, store.keep_done to wachtpost_view;

-- Who looked at, changed, gave out or deleted what: only appended to, chained, its heads signed.
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
insert into store.keep_turn values ('chain'), ('audit'), ('keep'), ('gap'), ('watchdog');

-- What the auditor and the administrator must know, and is about no place: `entry` to `last` of a chain that was
-- broken, `person` who opened too much.
create table store.attention (
    attention bigint generated always as identity primary key,
    at timestamptz not null default now(),
    sort text not null check (sort in ('audit_broken', 'too_many_looks', 'receiver_lost', 'watchdog_lost')),
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
set lock_timeout = '4s'
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
grant select, insert (sort, entry, last, unit) on store.attention to wachtpost_collector;
grant select on store.audit, store.audit_head, store.attention to wachtpost_view;

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

-- The browsers in which somebody turned push on, each until it is signed out.
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

-- What the CSO's report is made of: counts, never rows, and of homes only those of a whole unit. They count by the month
-- in which an incident was resolved, since nothing of it changes afterwards, and only months that are over.
-- The month of the wall clock at home, where it is over, nothing of it was forgotten, and the CSO asks; else null.
create function store.report_month(at timestamptz) returns date
language sql stable
set search_path = pg_catalog, pg_temp
return (select m.month::date
          from (select date_trunc('month', at at time zone 'Europe/Amsterdam') as month) m
         where (m.month + interval '1 month') at time zone 'Europe/Amsterdam' <= now() - interval '1 day'
           and m.month at time zone 'Europe/Amsterdam' > now() - interval '3 years');

-- Of a year: incidents by month, place, rule, outcome, by what a false alarm came from, and by how soon somebody took them:
-- 0 within the first bound of EN 50518 (30 s, 90 s), 1 within the last (60 s, 180 s), 2 later; null where nobody had to.
create function store.report_incidents(of_year int)
returns table (month date, unit text, station text, rule text, title jsonb, outcome text, exercise boolean, priority text,
               pace int, source text, n bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select x.month, x.unit, x.station, x.rule, (array_agg(x.title order by x.incident desc))[1], x.outcome, x.exercise,
           x.priority, x.pace, x.source, count(*)
      from (select i.incident, store.report_month(i.resolved) as month, i.unit,
                   case when s.kind = 'station' then i.site end as station, i.rule, i.title, i.outcome, i.exercise,
                   i.priority,
                   case when i.exercise or i.priority = 'notice' then null
                        when t.taken is null and i.resolved - i.opened <= make_interval(secs => b.last) then null
                        when coalesce(t.taken, 'infinity') - i.opened <= make_interval(secs => b.first) then 0
                        when coalesce(t.taken, 'infinity') - i.opened <= make_interval(secs => b.last) then 1
                        else 2 end as pace,
                   case when i.outcome in ('false', 'nuisance') then
                       (select coalesce(r.data ->> 'cause', r.kind) from store.incident_record r
                         where r.incident = i.incident order by r.at, r.seq limit 1) end as source
              from store.incident i
              join store.site s on s.site = i.site
             cross join lateral (select case i.priority when 'urgent' then 30 else 90 end as first,
                                        case i.priority when 'urgent' then 60 else 180 end as last) b
             cross join lateral (select min(l.at) as taken from store.incident_log l
                                  where l.incident = i.incident and l.what = 'acknowledged') t
             where store.asker_role() = 'cso'
               and i.resolved >= make_timestamptz(of_year, 1, 1, 0, 0, 0, 'Europe/Amsterdam')
               and i.resolved < make_timestamptz(of_year + 1, 1, 1, 0, 0, 0, 'Europe/Amsterdam')) x
     where x.month is not null
     group by x.month, x.unit, x.station, x.rule, x.outcome, x.exercise, x.priority, x.pace, x.source;
end;

-- The middle of how long it took until somebody took one, in a month, a quarter or a year; not of fewer than five.
create function store.report_medians(since date, months int)
returns table (unit text, station text, priority text, seconds double precision)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select i.unit, case when s.kind = 'station' then i.site end, i.priority,
           percentile_cont(0.5) within group (order by extract(epoch from t.taken - i.opened))
      from store.incident i
      join store.site s on s.site = i.site
     cross join lateral (select min(l.at) as taken from store.incident_log l
                          where l.incident = i.incident and l.what = 'acknowledged') t
     where store.asker_role() = 'cso' and not i.exercise and i.priority <> 'notice' and t.taken is not null
       and months in (1, 3, 12) and extract(day from since) = 1 and (extract(month from since)::int - 1) % months = 0
       and i.resolved >= since::timestamp at time zone 'Europe/Amsterdam'
       and i.resolved < (since + make_interval(months => months)) at time zone 'Europe/Amsterdam'
       and store.report_month(since::timestamp at time zone 'Europe/Amsterdam') is not null
       and store.report_month((since + make_interval(months => months - 1)) at time zone 'Europe/Amsterdam') is not null
     group by 1, 2, 3
    having count(*) >= 5;
end;

-- Of a year: by month, for how long a device of a place was silent, one or more of them, and of how many places that was so.
-- Of no unit: for how long no collector heard anything.
create function store.report_blind(of_year int)
returns table (month date, unit text, station text, seconds double precision, places bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    with months as (
        select m.month::date as month, m.month at time zone 'Europe/Amsterdam' as since,
               (m.month + interval '1 month') at time zone 'Europe/Amsterdam' as until
          from generate_series(0, 11) k
         cross join lateral (select make_timestamp(of_year, 1, 1, 0, 0, 0) + make_interval(months => k) as month) m
         where store.asker_role() = 'cso'
           and store.report_month(m.month at time zone 'Europe/Amsterdam') is not null
    ), words as (
        select e.device, e.kind, coalesce(e.corrected, e.at) as at, e.data, null::timestamptz as resolved
          from store.event e
         where e.kind in ('device.silent', 'device.heard') and exists (select from months)
           and e.site in (select s.site from store.site s)
        union all
        select r.device, r.kind, coalesce(r.corrected, r.at), r.data, i.resolved
          from store.incident_record r join store.incident i on i.incident = r.incident
         where r.kind in ('device.silent', 'device.heard') and exists (select from months)
        union all
        select p.device, p.kind, coalesce(p.corrected, p.at), p.data, null
          from store.suppressed p
         where p.kind in ('device.silent', 'device.heard') and exists (select from months)
    ), silences as (
        select d.unit, d.site,
               w.at - make_interval(secs => coalesce((w.data ->> 'unheard_s')::float8, 0)) as since,
               coalesce(w.heard, w.resolved, d.removed, now()) as until
          from (select device, kind, at, data, resolved,
                       min(at) filter (where kind = 'device.heard')
                           over (partition by device order by at range between current row and unbounded following) as heard
                  from words) w
          join store.device d on d.device = w.device
         where w.kind = 'device.silent'
    ), spans as (
        select m.month, s.unit, s.site,
               range_agg(tstzrange(greatest(s.since, m.since), least(s.until, m.until))) as blind
          from silences s join months m on s.since < m.until and s.until > m.since
         group by m.month, s.unit, s.site
    )
    select x.month, x.unit, case when s.kind = 'station' then x.site end,
           sum((select sum(extract(epoch from upper(r) - lower(r))) from unnest(x.blind) r))::float8,
           count(*)
      from spans x join store.site s on s.site = x.site
     group by 1, 2, 3
    union all
    select m.month, null, null,
           sum(extract(epoch from least(d.until, m.until) - greatest(d.since, m.since)))::float8, 1
      from store.deaf d join months m on d.since < m.until and d.until > m.since
     group by m.month;
end;

-- The stations, and one line for the homes of each unit. `exercised`: a station's last exercise.
create function store.report_places()
returns table (unit text, unit_name jsonb, station text, name jsonb, exercised timestamptz)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select u.unit, u.name, s.site, s.name,
           (select max(i.opened) from store.incident i where i.site = s.site and i.exercise)
      from store.unit u join store.site s on s.unit = u.unit and s.kind = 'station' and s.removed is null
     where store.asker_role() = 'cso'
    union all
    select u.unit, u.name, null, null, null from store.unit u where store.asker_role() = 'cso';
end;

revoke execute on function
    store.report_month(timestamptz), store.report_incidents(int), store.report_medians(date, int), store.report_blind(int),
    store.report_places() from public;
grant execute on function
    store.report_incidents(int), store.report_medians(date, int), store.report_blind(int), store.report_places()
    to wachtpost_dashboard;

reset role;

-- What people read. The views belong to a role that cannot log in and stands under the walls itself; nobody who
-- reads holds a right on the tables that TimescaleDB splits into chunks.
set role wachtpost_view;

create view seen.unit as select unit, name, policy from store.unit;
create view seen.person as select person, unit, role from store.person where removed is null;
create view seen.site as
    select site, unit, kind, name, kit, reference, may_ring, time_zone from store.site where removed is null;
create view seen.zone as select site, number, unit, kind, name, plan from store.zone;
create view seen.device as select device, site, unit from store.device where removed is null;
create view seen.sensor as
    select s.device, s.number, s.unit, d.site, s.kind, s.zone, s.quantity
      from store.sensor s join store.device d using (device) where d.removed is null;
-- `moment`: when it happened, as nearly as we know; `said`: by the device's own clock, where that was off.
create view seen.event as
    select device, run, lane, seq, at, received, unit, site, kind, sensor, zone, data, corrected,
           at as moment, null::timestamptz as said
      from store.event where corrected is null
     union all
    select device, run, lane, seq, at, received, unit, site, kind, sensor, zone, data, corrected, corrected, at
      from store.event where corrected is not null
     union all
    -- The clock said an impossible time, and it became known by how much it was off.
    select device, run, lane, seq, case when corrected is not null then at::timestamptz end, received, unit, site, kind,
           sensor, zone, data, corrected, corrected, case when corrected is not null then at::timestamptz end
      from store.event_untimed where corrected is not null;
create view seen.measurement as
    select device, at, received, unit, site, sensor, quantity, value, corrected, at as moment
      from store.measurement where corrected is null
     union all
    select device, at, received, unit, site, sensor, quantity, value, corrected, corrected
      from store.measurement where corrected is not null;
create view seen.event_untimed as
    select device, run, lane, seq, at, received, unit, site, kind, sensor, zone, data, corrected
      from store.event_untimed;
create view seen.frame_set_aside as
    select digest, received, unit, device, refusal, size, times, last_received from store.frame_set_aside;
create view seen.device_state as
    select device, unit, site, heard, silent_since, heartbeat, run, clock_offset, clock_told from store.device_state;
create view seen.path_state as select device, way, unit, site, heard, lost_since from store.path_state;
create view seen.gap as select device, run, lane, first, last, unit, site, since, told from store.gap;
create view seen.picture as
    select digest, device, unit, site, received, complete, sort, size, refused from store.picture;
create view seen.task_aside as select unit, device, sensor, kind, at, person, done from store.task_aside;
create view seen.deaf as select since, until from store.deaf;
create view seen.listener as select name, since, until, seen from store.listener;
create view seen.incident as
    select incident, unit, site, rule, cause, priority, title, silent, to_control_room,
           coalesce((select min(coalesce(r.corrected, r.at)) from store.incident_record r
                      where r.incident = i.incident), occurred) as occurred,
           opened, changed, state, owner, acknowledged, resolved, outcome, sentence, playbook, playbook_version,
           confirmed,
           (select case when r.corrected is not null then r.at end from store.incident_record r
             where r.incident = i.incident order by coalesce(r.corrected, r.at), r.seq limit 1) as said,
           exercise, round, waits_since, taken_until
      from store.incident i;
create view seen.exercise as
    select exercise, unit, site, rule, person, made, incident, refused, ended from store.exercise;
create view seen.suppression as
    select suppression, unit, site, zone, kinds, why, since, until, person, made, ended, ended_by, reported,
           least(until, ended) as over,
           (select count(*)::int from store.suppressed s where s.suppression = p.suppression) as held
      from store.suppression p;
create view seen.suppressed as
    select suppression, unit, device, run, lane, seq, kind, sensor, zone, data, coalesce(corrected, at) as moment
      from store.suppressed;
create view seen.incident_record as
    select incident, unit, device, run, lane, seq, at, kind, sensor, zone, data, coalesce(corrected, at) as moment,
           case when corrected is not null then at end as said
      from store.incident_record;
create view seen.incident_step as
    select incident, step, unit, place, role, text, mandatory, done, done_by from store.incident_step;
create view seen.escalation as
    select incident, round, step, unit, tells, due, done, stopped from store.escalation;
create view seen.roster_change as
    select change, unit, part, person, since, until, made, made_by, withdrawn, withdrawn_by from store.roster_change;
create view seen.watchdog as select name, seen from store.watchdog;
create view seen.incident_log as select entry, incident, unit, at, person, what, data from store.incident_log;

create view seen.measurement_hour as
    select site, bucket, unit, device, sensor, quantity, n, low, high, total from store.measurement_hour;
create view seen.measurement_day as
    select site, bucket, unit, device, sensor, quantity, n, low, high, total from store.measurement_day;
create view seen.event_hour as select site, bucket, unit, kind, n from store.event_hour;
create view seen.event_day as select site, bucket, unit, kind, n from store.event_day;
-- The hour before which everything was rolled up.
create view seen.rolled_up as select until from store.keep_done where what = 'rollup';

-- The last word about each thing that the records of an incident name as lost, or as there again.
create function seen.last_words(wanted bigint) returns table (last_kinds text[], last_at timestamptz[])
language sql stable
begin atomic
    select coalesce(array_agg(x.kind), '{}'), coalesce(array_agg(x.moment), '{}')
      from (select distinct on (r.device, r.sort, r.sensor, r.path) r.kind, r.moment
              from (select device, sensor, kind, moment, seq, split_part(kind, '.', 1) as sort,
                           case when kind like 'path.%' then run end as path
                      from seen.incident_record
                     where incident = wanted
                       and kind in ('camera.lost', 'camera.restored', 'device.silent', 'device.heard',
                                    'path.lost', 'path.restored')) r
             order by r.device, r.sort, r.sensor, r.path, r.moment desc, r.seq desc) x;
end;

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

create view seen.reach as
    select unit, person, channel, asked, sent, proved from store.reach;

grant select on all tables in schema seen to wachtpost_dashboard;

reset role;
