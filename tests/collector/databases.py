"""A migrated database of its own for every test, and its URL for each role."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from collector.migrate import migrate
from tests.servers import postgres
from tests.servers.postgres import PostgresServer

Role = Literal["postgres", "wachtpost_collector", "wachtpost_dashboard"]
TEMPLATE = "wachtpost_template"


def url_as(url: str, role: Role) -> str:
    """Give the URL of the same database for another role."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}@{parts.hostname}:{parts.port}"))


@pytest.fixture
def database_url(postgres_server: PostgresServer) -> Iterator[Callable[[Role], str]]:
    """Give the test's own migrated database: `database_url("wachtpost_dashboard")`.

    It is a copy of one template a server, so it costs some hundredths of a second.
    """
    postgres.make_template(
        postgres_server, TEMPLATE, lambda url: asyncio.run(migrate(url))
    )
    url = postgres.copy_template(postgres_server, TEMPLATE)
    yield lambda role: url_as(url, role)
    postgres.drop_database(postgres_server, url)


@pytest.fixture
def owner(
    database_url: Callable[[Role], str],
) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Give a superuser's connection that commits each statement: for looking."""
    with psycopg.connect(database_url("postgres"), autocommit=True) as connection:
        yield connection
