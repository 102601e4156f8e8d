"""The PostgreSQL servers that the other tests stand on."""

import psycopg
import pytest

from tests.servers import postgres
from tests.servers.postgres import PostgresServer

pytestmark = pytest.mark.both_databases


def seat_schedulers(server: PostgresServer, url: str) -> None:
    """Make a template that TimescaleDB's scheduler would like to sit in."""
    with psycopg.connect(url, autocommit=True) as connection:
        if server.capability == "timescale":
            connection.execute("create extension timescaledb")
        connection.execute("create table seen (at timestamptz not null, n int)")
        connection.execute("insert into seen values ('2026-01-01Z', 1)")
        if server.capability == "timescale":
            connection.execute(
                "select create_hypertable('seen', 'at', migrate_data => true)"
            )


def test_a_server_has_what_it_is_asked_for(
    postgres_server: PostgresServer, empty_database: str
) -> None:
    with psycopg.connect(empty_database) as connection:
        query = "select count(*) from pg_available_extensions where name='timescaledb'"
        row = connection.execute(query).fetchone()
    assert row is not None
    if postgres_server.capability == "timescale":
        assert row == (1,)


def test_an_empty_database_is_empty_and_ours(empty_database: str) -> None:
    with psycopg.connect(empty_database) as connection:
        tables = connection.execute(
            "select count(*) from pg_tables where schemaname = 'public'"
        ).fetchone()
        superuser = connection.execute(
            "select rolsuper from pg_roles where rolname = current_user"
        ).fetchone()
    assert tables == (0,)
    assert superuser == (True,)


def test_two_databases_know_nothing_of_each_other(
    postgres_server: PostgresServer, empty_database: str
) -> None:
    other = postgres.create_database(postgres_server)
    with psycopg.connect(empty_database) as connection:
        connection.execute("create table here (n int)")
    with psycopg.connect(other) as connection:
        found = connection.execute("select to_regclass('here')").fetchone()
    postgres.drop_database(postgres_server, other)
    assert found == (None,)


def test_a_template_is_prepared_once_and_copied_often(
    postgres_server: PostgresServer,
) -> None:
    name = f"once_{postgres_server.capability}"
    prepared: list[str] = []

    def prepare(url: str) -> None:
        prepared.append(url)
        seat_schedulers(postgres_server, url)

    copies = []
    for _ in range(3):
        postgres.make_template(postgres_server, name, prepare)
        copies.append(postgres.copy_template(postgres_server, name))
    assert len(prepared) == 1
    assert len(set(copies)) == 3
    for copy in copies:
        with psycopg.connect(copy) as connection:
            connection.execute("insert into seen values ('2026-01-02Z', 2)")
            rows = connection.execute("select n from seen order by n").fetchall()
        postgres.drop_database(postgres_server, copy)
        assert rows == [(1,), (2,)]


def test_a_template_is_copied_although_somebody_sits_in_it(
    postgres_server: PostgresServer, empty_database: str
) -> None:
    seat_schedulers(postgres_server, empty_database)
    with psycopg.connect(empty_database, autocommit=True) as sitting:
        sitting.execute("select 1")
        copy = postgres.copy_template(
            postgres_server, empty_database.rpartition("/")[2]
        )
    with psycopg.connect(copy) as connection:
        assert connection.execute("select n from seen").fetchall() == [(1,)]
    postgres.drop_database(postgres_server, copy)


def test_a_database_is_dropped_although_somebody_sits_in_it(
    postgres_server: PostgresServer,
) -> None:
    url = postgres.create_database(postgres_server)
    with psycopg.connect(url, autocommit=True) as sitting:
        sitting.execute("select 1")
        postgres.drop_database(postgres_server, url)
        with pytest.raises(psycopg.OperationalError):
            sitting.execute("select 1")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_the_server_is_reached_on_loopback_only(postgres_server: PostgresServer):
    with psycopg.connect(postgres_server.admin_url) as connection:
        listening = connection.execute("show listen_addresses").fetchone()
        sockets = connection.execute("show unix_socket_directories").fetchone()
    assert listening == ("127.0.0.1",)
    assert sockets == ("",)
