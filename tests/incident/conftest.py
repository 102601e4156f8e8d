"""The small world in a database of the test's own, seen by each of its roles."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import psycopg
import pytest

from collector.database import Database
from collector.incident.judge import judge
from collector.notify.sender import Sender
from tests.collector.databases import Role, database_url, owner
from tests.incident import stage
from tests.incident.post_office import PostOffice, open_office
from tests.incident.sending import BASE, Clock, email
from tests.incident.stage import NOW, alarm, inventory, panic

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


@pytest.fixture
async def incident(collector: Database) -> int:
    """Give an open intrusion at a station of Noord."""
    async with collector.transaction() as transaction:
        return (await judge(transaction, inventory(), [alarm()], NOW))[0]


@pytest.fixture
async def help_asked(collector: Database) -> int:
    """Give an open loud panic, which is with the control room."""
    async with collector.transaction() as transaction:
        rows = [panic(silent=False)]
        return (await judge(transaction, inventory(), rows, NOW))[0]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with open_office() as running:
        yield running


@pytest.fixture
def sender(collector: Database, office: PostOffice, clock: Clock) -> Sender:
    return Sender(collector, email(office), BASE, clock)
