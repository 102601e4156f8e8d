"""The small world in a database of the test's own, seen by each of its roles."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import psycopg
import pytest

from collector.database import Database
from tests.collector.databases import Role, database_url, owner
from tests.incident import stage

__all__ = ["database_url", "owner"]


@pytest.fixture
def world(owner: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """Give a superuser's connection to a database with the small world in it."""
    stage.furnish(owner, stage.inventory())
    return owner


@pytest.fixture
async def collector(
    world: psycopg.Connection[Any], database_url: Callable[[Role], str]
) -> AsyncIterator[Database]:
    """Give the database as the collector opens it."""
    assert not world.closed
    async with Database.open(database_url("wachtpost_collector"), "test") as database:
        yield database


@pytest.fixture
async def dashboard(
    world: psycopg.Connection[Any], database_url: Callable[[Role], str]
) -> AsyncIterator[Database]:
    """Give the database as the dashboard opens it."""
    assert not world.closed
    async with Database.open(database_url("wachtpost_dashboard"), "test") as database:
        yield database
