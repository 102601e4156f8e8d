"""A server that is killed, and must have kept what it said it kept."""

import psycopg
import pytest

from tests.servers.postgres import PostgresServer


def test_a_committed_row_survives_kill_9(
    durable_postgres_server: PostgresServer,
) -> None:
    server = durable_postgres_server
    with psycopg.connect(server.admin_url) as connection:
        connection.execute("create table kept (n int)")
        connection.execute("insert into kept values (1)")
        connection.commit()
        server.kill()
        assert server.pid is None
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.admin_url)
    server.start()
    with psycopg.connect(server.admin_url) as connection:
        assert connection.execute("select n from kept").fetchall() == [(1,)]


def test_it_waits_for_the_disk_at_every_commit(
    durable_postgres_server: PostgresServer,
) -> None:
    with psycopg.connect(durable_postgres_server.admin_url) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            shown = connection.execute(
                "select current_setting(%s)", [setting]
            ).fetchone()
            assert shown == ("on",), setting


def test_it_goes_on_after_an_orderly_stop(
    durable_postgres_server: PostgresServer,
) -> None:
    durable_postgres_server.stop()
    assert durable_postgres_server.pid is None
    durable_postgres_server.start()
    durable_postgres_server.start()  # a second time changes nothing
    with psycopg.connect(durable_postgres_server.admin_url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
