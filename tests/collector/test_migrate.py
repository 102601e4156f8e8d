"""The schema on paper and the schema that migrations lead to are one."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

import collector.migrate
from collector.database import Database
from collector.errors import DatabaseNewerError, DatabaseOlderError
from collector.migrate import (
    compression,
    known_version,
    migrate,
    migrations,
    require_current,
)
from tests.collector.catalog import catalog
from tests.collector.databases import url_as
from tests.servers import postgres
from tests.servers.postgres import PostgresServer

HOME = Path(collector.migrate.__file__).parent


def draw(url: str, *, timescale: bool) -> None:
    """Make the database from schema.sql alone."""
    with psycopg.connect(url) as connection:
        connection.execute((HOME / "roles.sql").read_bytes())
        connection.execute((HOME / "schema.sql").read_bytes())
        if timescale:
            connection.execute("create extension timescaledb")
            connection.execute((HOME / "hypertables.sql").read_bytes())


@pytest.mark.both_databases
async def test_the_migrations_lead_to_schema_sql(
    postgres_server: PostgresServer, empty_database: str
):
    drawn = postgres.create_database(postgres_server)
    draw(drawn, timescale=postgres_server.capability == "timescale")
    await migrate(empty_database)
    expected, found = catalog(drawn), catalog(empty_database)
    postgres.drop_database(postgres_server, drawn)
    for part, rows in expected.items():
        assert found[part] == rows, part
    assert len(found["policies"]) > 20


@pytest.mark.both_databases
async def test_the_comparison_would_notice_a_lost_policy(empty_database: str):
    await migrate(empty_database)
    before = catalog(empty_database)
    with psycopg.connect(empty_database) as connection:
        connection.execute("drop policy unit on store.event")
        connection.execute("grant select on store.event to wachtpost_dashboard")
    after = catalog(empty_database)
    assert after["policies"] != before["policies"]
    assert after["relations"] != before["relations"]


@pytest.mark.both_databases
async def test_capability_is_found_not_told(
    postgres_server: PostgresServer, empty_database: str
):
    outcome = await migrate(empty_database)
    expected = {"plain": {"plain"}, "timescale": {"apache", "tsl"}}
    assert outcome.capability in expected[postgres_server.capability]
    with psycopg.connect(empty_database) as connection:
        tables = connection.execute(
            "select count(*) from pg_class where relname in ('event', 'measurement')"
            " and relnamespace = 'store'::regnamespace"
        ).fetchone()
        assert tables == (2,)
        if outcome.capability != "plain":
            days = connection.execute(
                "select hypertable_name, time_interval::text"
                " from timescaledb_information.dimensions order by 1"
            ).fetchall()
            assert days == [("event", "1 day"), ("measurement", "1 day")]


@pytest.mark.both_databases
async def test_a_migration_says_why_nothing_is_compressed(empty_database: str):
    outcome = await migrate(empty_database)
    why = {
        "plain": "not compressed, for there is no TimescaleDB",
        "apache": "not compressed, for this edition of TimescaleDB cannot",
        "tsl": "not compressed, for row-level security stands on it, and it stays",
    }[outcome.capability]
    assert outcome.compression == (f"store.event: {why}", f"store.measurement: {why}")


@pytest.mark.parametrize(
    ("walled", "told"), [(True, "row-level security"), (False, "after seven days")]
)
def test_the_edition_that_can_compress_does_so_where_no_wall_stands(
    walled: bool,  # noqa: FBT001  # a parameter of the test
    told: str,
):
    assert told in compression("tsl", walled=walled)


@pytest.mark.both_databases
async def test_migrating_twice_changes_nothing(empty_database: str):
    first = await migrate(empty_database)
    before = catalog(empty_database)
    second = await migrate(empty_database)
    assert (first.before, first.after) == (0, known_version())
    assert (second.before, second.after) == (known_version(), known_version())
    assert catalog(empty_database) == before


@pytest.mark.both_databases
async def test_many_may_begin_at_once_in_one_database_and_beside_it(
    postgres_server: PostgresServer, empty_database: str
):
    other = postgres.create_database(postgres_server)
    outcomes = await asyncio.gather(
        migrate(empty_database), migrate(other), migrate(empty_database)
    )
    postgres.drop_database(postgres_server, other)
    assert sorted(one.before for one in outcomes) == [0, 0, known_version()]


async def test_rows_from_before_the_extension_are_kept(
    postgres_servers: Callable[[str], PostgresServer],
    monkeypatch: pytest.MonkeyPatch,
):
    server = postgres_servers("timescale")
    url = postgres.create_database(server)

    async def not_yet(_: object) -> None:
        return None

    with monkeypatch.context() as patch:
        patch.setattr(collector.migrate, "_use_timescale", not_yet)
        assert (await migrate(url)).capability == "plain"
    with psycopg.connect(url) as connection:
        connection.execute(
            "insert into store.event values ('d', 'r', 'up', 1, now(), now(), 'u', 's',"
            " 'heartbeat', null, null, '{}')"
        )
    assert (await migrate(url)).capability == "apache"
    with psycopg.connect(url) as connection:
        kept = connection.execute("select count(*) from store.event").fetchone()
        chunks = connection.execute(
            "select count(*) from timescaledb_information.chunks"
        ).fetchone()
    postgres.drop_database(server, url)
    assert kept == (1,)
    assert chunks == (1,)


async def test_a_service_refuses_a_database_that_is_behind(empty_database: str):
    with psycopg.connect(empty_database) as connection:
        connection.execute((HOME / "roles.sql").read_bytes())
    url = url_as(empty_database, "wachtpost_collector")
    async with Database.open(url, "test") as database:
        with pytest.raises(DatabaseOlderError, match="wachtpost collector migrate"):
            await require_current(database)


async def test_nobody_touches_a_database_of_a_newer_version(empty_database: str):
    await migrate(empty_database)
    newer = known_version() + 1
    with psycopg.connect(empty_database) as connection:
        connection.execute("insert into store.migration values (%s)", [newer])
    url = url_as(empty_database, "wachtpost_dashboard")
    async with Database.open(url, "test") as database:
        with pytest.raises(DatabaseNewerError, match=f"at migration {newer}"):
            await require_current(database)
    with pytest.raises(DatabaseNewerError, match="install the newer version"):
        await migrate(empty_database)


def test_migrations_are_numbered_without_a_gap():
    numbers = [number for number, _ in migrations()]
    assert numbers == list(range(1, len(numbers) + 1))
