"""Nobody sees a row of another unit, whatever he asks and however he asks it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from tests.collector.databases import Role
from tests.collector.furnish import PEOPLE, UNITS, furnish, person

pytestmark = pytest.mark.both_databases

Owner = psycopg.Connection[tuple[object, ...]]
Url = Callable[[Role], str]

EVERYTHING = """
    select n.nspname, c.relname,
           exists (select from pg_attribute a
                    where a.attrelid = c.oid and a.attname = 'unit' and a.attnum > 0)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'v', 'm', 'p', 'f')
       and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
     order by 1, 2"""
CHUNKS = """
    select n.nspname, c.relname
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      join pg_namespace n on n.oid = c.relnamespace
     where i.inhparent in ('store.event'::regclass, 'store.measurement'::regclass)"""
WITHOUT_A_UNIT = {
    "seen.audit_head",
    "seen.audit_verified",
    "seen.deaf",
    "seen.listener",
    "seen.rolled_up",
    "seen.watchdog",
    "store.challenge",
    "store.migration",
    "store.passkey",
    "store.session",
    "store.sign_in_link",
    "store.sign_in_refusal",
}
# Of those who watch over the others, and of whom it is about.
WATCHED = {"seen.attention", "seen.audit", "seen.audit_count"}
OTHERS_WORDS = """
    insert into store.incident_log (incident, unit, person, what)
    select incident, unit, 'unit-b-coordinator', 'resolved' from store.incident"""
TO_ANOTHERS_INCIDENT = """
    insert into store.incident_log (incident, unit, person, what)
    values (4, 'unit-a', 'unit-a-coordinator', 'resolved')"""
TO_NO_INCIDENT = """
    insert into store.incident_log (incident, unit, person, what)
    values (4711, 'unit-a', 'unit-a-coordinator', 'resolved')"""
IN_THE_SERVICES_NAME = """
    insert into store.incident_log (incident, unit, person, what)
    select incident, unit, 'unit-a-coordinator', 'told' from store.incident"""
ASIDE = "insert into store.task_aside (unit, device, sensor, kind, at, person)"
ASIDE_ELSEWHERE = (
    f"{ASIDE} values ('unit-b', 'd', 1, 'lens.dirty', now(), 'unit-a-coordinator')"
)
ASIDE_BY_ANOTHER = (
    f"{ASIDE} values ('unit-a', 'd', 1, 'lens.dirty', now(), 'unit-a-desk')"
)
A_LINK = "insert into store.sign_in_link (link, person, expires) values ('', '', now())"
SESSION = "insert into store.session (session, person, expires"
FOR_EVER = f"{SESSION}) values ('x', 'unit-b-desk', '9000-01-01Z')"
PROVEN_TO_COME = f"{SESSION}, proven) values ('x', 'x', now(), '9000-01-01Z')"
MADE_TO_COME = f"{SESSION}, made) values ('x', 'x', now(), '9000-01-01Z')"
ROSTER = """insert into store.roster_change (unit, part, person, since, until, made_by)
    values"""
TOMORROW = "now() + interval '1 day', 'unit-a-coordinator')"
ROSTER_TRICKS = (
    f"{ROSTER} ('unit-b', 'first', 'unit-b-desk', now(), {TOMORROW}",
    f"{ROSTER} ('unit-a', 'first', 'unit-b-desk', now(), {TOMORROW}",
    f"{ROSTER} ('unit-a', 'first', 'unit-a-case_manager', now(), {TOMORROW}",
    f"{ROSTER} ('unit-a', 'first', 'unit-a-desk', now(), now() + interval '1 h', 'x')",
    f"{ROSTER} ('unit-a', 'first', 'unit-a-desk', now() - interval '31 d', {TOMORROW}",
    "update store.roster_change set until = now()",
    "update store.roster_change set withdrawn = now(), withdrawn_by = 'unit-a-desk'",
    "delete from store.roster_change",
    "select * from store.escalation",
    "update store.incident set taken_until = '9000-01-01Z'",
    "update store.incident set round = 9",
)
TRICKS = (
    *ROSTER_TRICKS,
    "set role wachtpost_owner",
    "set role wachtpost_view",
    "set role wachtpost_collector",
    "set role postgres",
    "set session authorization wachtpost_collector",
    "alter role wachtpost_dashboard superuser",
    "alter table store.event disable row level security",
    "drop policy unit on store.incident",
    "create function store.asker() returns text language sql return 'x'",
    "create or replace view seen.event as select * from store.event",
    "grant select on store.event to wachtpost_dashboard",
    "copy store.event to stdout",
    "set row_security = off; select * from store.incident",
    "set row_security = off; select * from seen.incident",
    "select * from store.event",
    "select tell from store.person",
    "update store.incident set unit = 'unit-a'",
    "delete from store.incident_log",
    "update store.incident_log set what = 'told'",
    "select * from store.audit",
    "insert into store.audit select * from store.audit",
    "delete from store.audit",
    "update store.audit set actor = 'unit-b-desk'",
    "delete from store.audit_head",
    "insert into store.audit_head values ('', 1, '', now(), '', '')",
    "delete from store.attention",
    "select * from store.right_review",
    "insert into store.right_review (person, role, by) values ('x', 'desk', 'x')",
    "select store.audit_about('incident:1')",
    "insert into store.attention (sort) values ('audit_broken')",
    "select store.forget_audit('2020-01-01Z')",
    "select * from store.keep_turn for update",
    "delete from store.keep_turn",
    "select store.take_turn('audit')",
    "select store.hold_chain()",
    "alter table store.audit disable row level security",
    "update store.person set unit = 'unit-b'",
    FOR_EVER,
    PROVEN_TO_COME,
    MADE_TO_COME,
    "update store.session set expires = '9000-01-01Z'",
    "update store.session set proven = '9000-01-01Z'",
    "update store.session set made = '9000-01-01Z'",
    "update store.session set person = 'unit-b-desk'",
    A_LINK,
    "update store.sign_in_link set expires = '9000-01-01Z'",
    "select store.make_link('x', 'unit-b-desk', 1441)",
    "select store.close_ways_in('unit-b-desk')",
    OTHERS_WORDS,
    TO_ANOTHERS_INCIDENT,
    TO_NO_INCIDENT,
    IN_THE_SERVICES_NAME,
    ASIDE_ELSEWHERE,
    ASIDE_BY_ANOTHER,
    "delete from store.task_aside",
    "update store.task_aside set person = 'unit-a-coordinator'",
    "update store.incident_step set done = now(), done_by = 'unit-a-desk'",
    "update store.incident set state = 'acknowledged', owner = 'unit-b-desk'",
    "update store.incident set state = 'acknowledged', owner = 'unit-a-case_manager'",
    "update store.incident set to_control_room = false",
    "insert into store.passkey values ('x', 'unit-a-desk', 'h', 'n', 'k', 0)",
    "update store.passkey set person = 'unit-a-coordinator'",
    "update store.passkey set key = 'mine'",
    "select store.make_person_of_provider('me', 'administrator', 'unit-a', 'nl')",
    "select store.make_person_of_provider('me', 'auditor', 'unit-a', 'nl')",
)
READERS = ("coordinator", "deputy", "desk")


@pytest.fixture
def furnished(owner: Owner) -> Owner:
    furnish(owner)
    return owner


@contextmanager
def asking(url: str, asker: str | None) -> Iterator[Owner]:
    with psycopg.connect(url, autocommit=True) as connection:
        if asker is not None:
            connection.execute(
                "select set_config('wachtpost.person', %s, false)", [asker]
            )
        yield connection


def units_in(connection: Owner, schema: str, name: str) -> set[object] | None:
    """Give the units whose rows can be read there; None where reading is refused."""
    question = sql.SQL("select distinct unit from {}.{}")
    try:
        found = connection.execute(
            question.format(sql.Identifier(schema), sql.Identifier(name))
        )
    except psycopg.errors.InsufficientPrivilege:
        return None
    return {row[0] for row in found.fetchall()}


def all_seen(connection: Owner, owner: Owner) -> dict[str, set[object]]:
    """Read every table, view and chunk; give what came, by name."""
    seen = {}
    for schema, name, has_unit in owner.execute(EVERYTHING).fetchall():
        if has_unit:
            found = units_in(connection, str(schema), str(name))
            if found is not None:
                seen[f"{schema}.{name}"] = found
    return seen


@pytest.mark.parametrize("role", READERS)
def test_who_answers_for_a_unit_sees_all_of_it_and_nothing_else(
    furnished: Owner, database_url: Url, role: str
):
    for unit in UNITS:
        with asking(database_url("wachtpost_dashboard"), person(role, unit)) as asked:
            seen = all_seen(asked, furnished)
        others = {name for name, units in seen.items() if units != {unit}}
        assert others == WATCHED
        assert all(seen[name] == set() for name in WATCHED)
        views = {name for name in seen if name.startswith("seen.")}
        assert {"seen.event", "seen.measurement", "seen.incident_log"} <= views


@pytest.mark.parametrize(
    "asker", [None, "", "nobody", "unit-a-gone", "unit-a", "wachtpost_view"]
)
def test_who_is_nobody_sees_nothing(
    furnished: Owner, database_url: Url, asker: str | None
):
    with asking(database_url("wachtpost_dashboard"), asker) as asked:
        seen = all_seen(asked, furnished)
    assert len(seen) > 15
    assert {name for name, units in seen.items() if units} == set()


@pytest.mark.parametrize("role", sorted(set(PEOPLE) - set(READERS) - {"control_room"}))
def test_other_roles_see_no_places_records_or_incidents(
    furnished: Owner, database_url: Url, role: str
):
    with asking(database_url("wachtpost_dashboard"), person(role, UNITS[0])) as asked:
        seen = {name for name, units in all_seen(asked, furnished).items() if units}
    own = {
        "administrator": {
            "seen.device_state",
            "seen.frame_set_aside",
            "seen.attention",
        },
        "auditor": {"seen.audit_count", "seen.attention"},
    }
    assert seen == own.get(role, set())


def test_the_control_room_sees_what_was_handed_to_it_while_open(
    furnished: Owner, database_url: Url
):
    furnished.execute(
        "update store.incident set state = 'resolved', owner = 'unit-b-desk',"
        " resolved = now(), outcome = 'real', sentence = ''"
        " where unit = 'unit-b' and to_control_room"
    )
    with asking(database_url("wachtpost_dashboard"), "control_room") as asked:
        seen = all_seen(asked, furnished)
        causes = asked.execute("select unit, cause from seen.incident").fetchall()
    assert causes == [("unit-a", "panic")]
    assert {name for name, units in seen.items() if units} == {
        "seen.escalation",
        "seen.incident",
        "seen.incident_log",
        "seen.incident_record",
        "seen.incident_step",
        "seen.site",
        "store.incident",
        "store.incident_log",
        "store.incident_step",
    }
    assert all(units <= {"unit-a"} for units in seen.values())


def test_a_control_room_of_a_unit_sees_that_unit_alone(
    furnished: Owner, database_url: Url
):
    furnished.execute("update store.person set unit = 'unit-b' where unit is null")
    with asking(database_url("wachtpost_dashboard"), "control_room") as asked:
        seen = all_seen(asked, furnished)
    readable = {name: units for name, units in seen.items() if units}
    assert {"seen.incident", "seen.incident_step", "seen.site"} <= set(readable)
    assert all(units == {"unit-b"} for units in readable.values())


def test_the_dashboard_reads_no_table_that_is_cut_into_chunks(
    furnished: Owner, database_url: Url
):
    chunks = furnished.execute(CHUNKS).fetchall()
    tables = [("store", "event"), ("store", "measurement"), *chunks]
    with asking(
        database_url("wachtpost_dashboard"), person("coordinator", "unit-a")
    ) as asked:
        for schema, name in tables:
            assert units_in(asked, str(schema), str(name)) is None, name
    has_extension = furnished.execute(
        "select exists (select from pg_extension where extname = 'timescaledb')"
    ).fetchone()
    assert has_extension == (bool(chunks),)
    assert len(chunks) in {0, 6}


def test_what_carries_no_unit_is_known_by_name(furnished: Owner, database_url: Url):
    readable = set()
    with asking(database_url("wachtpost_dashboard"), None) as asked:
        for schema, name, has_unit in furnished.execute(EVERYTHING).fetchall():
            if has_unit or str(schema) not in {"store", "seen", "public"}:
                continue
            allowed = asked.execute(
                "select has_table_privilege(%s, 'select')", [f"{schema}.{name}"]
            ).fetchone()
            if allowed == (True,):
                readable.add(f"{schema}.{name}")
    assert readable == WITHOUT_A_UNIT


@pytest.mark.usefixtures("furnished")
def test_tricks_of_the_dashboards_role_are_refused(database_url: Url):
    refused = {}
    for trick in TRICKS:
        with asking(
            database_url("wachtpost_dashboard"), person("coordinator", "unit-a")
        ) as asked:
            try:
                asked.execute(trick.encode())
            except psycopg.Error as error:
                refused[trick] = error.sqlstate
    assert set(TRICKS) - set(refused) == set()
    assert set(refused.values()) <= {"42501", "42P17", "0LP01", "23514"}


def test_acting_on_another_units_incident_touches_nothing(
    furnished: Owner, database_url: Url
):
    with asking(
        database_url("wachtpost_dashboard"), person("coordinator", "unit-a")
    ) as asked:
        for change in (
            "update store.incident set state = 'acknowledged', owner = 'unit-a-desk'",
            (
                "update store.incident_step set done = now(),"
                " done_by = 'unit-a-coordinator'"
            ),
        ):
            assert asked.execute(change.encode()).rowcount == 2
    touched = furnished.execute(
        "select distinct unit from store.incident where state <> 'open' union"
        " select distinct unit from store.incident_step where done is not null"
    ).fetchall()
    assert touched == [("unit-a",)]


def test_what_is_closed_stays_as_it_was_closed(furnished: Owner, database_url: Url):
    close = (
        "update store.incident set state = 'resolved', owner = 'unit-a-coordinator',"
        " resolved = now(), outcome = 'real', sentence = 'closed'"
    )
    with asking(
        database_url("wachtpost_dashboard"), person("coordinator", "unit-a")
    ) as asked:
        assert asked.execute(close.encode()).rowcount == 2
        for change in (
            "update store.incident set sentence = 'nothing happened'",
            (
                "update store.incident set state = 'open', owner = null,"
                " resolved = null, outcome = null, sentence = null"
            ),
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                asked.execute(change.encode())
        late = "update store.incident_step set done = now(), done_by = store.asker()"
        assert asked.execute(late.encode()).rowcount == 0
    said = furnished.execute("select distinct sentence from store.incident").fetchall()
    assert set(said) == {("closed",), (None,)}


def test_the_planners_statistics_tell_nothing(furnished: Owner, database_url: Url):
    known = furnished.execute(
        "select count(*) from pg_stats where schemaname = 'store'"
    ).fetchone()
    assert known is not None
    assert isinstance(known[0], int)
    assert known[0] > 50
    with asking(
        database_url("wachtpost_dashboard"), person("coordinator", "unit-a")
    ) as asked:
        told = asked.execute(
            "select tablename, attname from pg_stats where attname in"
            " ('unit', 'site', 'device', 'incident', 'cause', 'data', 'person', 'at')"
            " and (schemaname in ('store', 'seen') or schemaname ~ '^_timescaledb')"
            " and tablename not in ('session', 'sign_in_link', 'sign_in_refusal')"
        ).fetchall()
    assert told == []


def test_a_role_that_sends_its_own_sql_cannot_say_who_is_asking(
    furnished: Owner, database_url: Url
):
    name = "wachtpost_stranger"
    exists = furnished.execute(
        "select from pg_roles where rolname = %s", [name]
    ).fetchone()
    if exists is None:
        furnished.execute(f"create role {name} login".encode())
    furnished.execute(f"grant usage on schema seen, store to {name}".encode())
    furnished.execute(f"grant select on all tables in schema seen to {name}".encode())
    url = database_url("postgres").replace("postgres@", f"{name}@")
    with asking(url, person("coordinator", "unit-a")) as asked:
        seen = all_seen(asked, furnished)
        assert len(seen) > 10
        assert {view for view, units in seen.items() if units} == set()
    furnished.execute(f"drop owned by {name}".encode())


@pytest.mark.usefixtures("furnished")
def test_the_collector_writes_for_every_unit_and_changes_no_log(database_url: Url):
    with asking(database_url("wachtpost_collector"), None) as asked:
        for table in ("event", "measurement", "incident", "message", "person"):
            assert units_in(asked, "store", table) >= set(UNITS)  # type: ignore[operator]  # None fails as well
        for change in (
            "update store.incident_log set what = 'told'",
            "delete from store.incident_log",
            "delete from store.incident",
            "select * from store.session",
            "select session from store.session",
            "select passkey from store.passkey",
            "select challenge from store.challenge",
            "select store.holder_of_passkey('x')",
            "select store.make_person_of_provider('x', 'desk', 'unit-a', 'nl')",
            "delete from store.forgotten",
            "select store.forget_events(now())",
            "select store.forget_incidents(now())",
            "select store.forget_audit(now())",
            "insert into store.audit select * from store.audit",
            "update store.audit set verb = 'delete'",
            "delete from store.audit",
            "update store.audit_head set hash = ''",
            "delete from store.audit_head",
            "update store.attention set seen = now()",
            "delete from store.attention",
            "insert into store.attention (sort, person) values ('too_many_looks', 'x')",
            "update store.incident_record set kind = 'x'",
            "update store.playbook set content = '{}'",
            "update store.incident set round = 9",
            "update store.incident set taken_until = now()",
            "update store.escalation set due = now()",
            "delete from store.escalation",
            "update store.roster_change set until = now()",
            "update store.incident set outcome = 'false', sentence = 'nothing'",
            "update store.incident_step set done = now(), done_by = 'unit-a-desk'",
            (
                "insert into store.incident_step (incident, step, unit, place, role,"
                " text, mandatory, done, done_by) values"
                " (1, 'x', 'unit-a', 9, 'desk', '{}', true, now(), 'unit-a-desk')"
            ),
            (
                "insert into store.incident_log (incident, unit, person, what)"
                " values (1, 'unit-a', 'unit-a-desk', 'resolved')"
            ),
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                asked.execute(change.encode())


def test_every_table_stands_behind_a_wall_or_is_named_here(furnished: Owner):
    open_tables = furnished.execute(
        "select relname from pg_class where relkind = 'r' and not relrowsecurity"
        " and relnamespace = 'store'::regnamespace order by 1"
    ).fetchall()
    assert [row[0] for row in open_tables] == [
        "deaf",
        "listener",
        "migration",
        "playbook",
        "session",
        "sign_in_link",
        "sign_in_refusal",
        "watchdog",
    ]


def test_nobody_who_logs_in_owns_or_bypasses_anything(furnished: Owner):
    rows = furnished.execute(
        "select rolname, rolsuper, rolbypassrls, rolcanlogin,"
        " (select count(*) from pg_class where relowner = pg_roles.oid)"
        " from pg_roles where rolname in ('wachtpost_owner', 'wachtpost_view',"
        " 'wachtpost_collector', 'wachtpost_dashboard') order by 1"
    ).fetchall()
    assert [row[:4] for row in rows] == [
        ("wachtpost_collector", False, False, True),
        ("wachtpost_dashboard", False, False, True),
        ("wachtpost_owner", False, False, False),
        ("wachtpost_view", False, False, False),
    ]
    assert [row[4] for row in rows[:2]] == [0, 0]


def test_no_group_makes_anything_of_somebody_of_the_inventory(
    furnished: Owner, database_url: Url
):
    make = "select store.make_person_of_provider(%s, 'desk', 'unit-b', 'nl')"
    leave = "select store.leave_provider(%s)"
    with asking(database_url("wachtpost_dashboard"), None) as asked:
        for known in ("unit-a-coordinator", "administrator"):
            assert asked.execute(make, [known]).fetchone() == (False,)
            assert asked.execute(leave, [known]).fetchone() == (0,)
        assert asked.execute(make, ["new"]).fetchone() == (True,)
        nowhere = "select store.make_person_of_provider('x', 'desk', 'nowhere', 'nl')"
        assert asked.execute(nowhere).fetchone() == (False,)
    made = "select person, unit, removed from store.person where provider"
    assert furnished.execute(made).fetchall() == [("new", "unit-b", None)]


@pytest.mark.usefixtures("furnished")
def test_a_passkey_is_seen_by_its_own_person_alone(database_url: Url):
    url = database_url("wachtpost_dashboard")
    for asker in ("unit-a-desk", "unit-b-desk", "administrator"):
        with asking(url, asker) as asked:
            rows = asked.execute("select person from store.passkey").fetchall()
            gone = asked.execute("delete from store.passkey returning person")
            assert rows == gone.fetchall() == [(asker,)]
    for nobody in (None, "", "nobody"):
        with asking(url, nobody) as asked:
            assert asked.execute("select person from store.passkey").fetchall() == []
