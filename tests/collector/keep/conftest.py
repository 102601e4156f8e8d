"""A migrated store with the small world in it, and a pen to write old rows with."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psycopg
import pytest
from obstore.store import ObjectStore

from collector.blob import open_store
from collector.database import Database
from collector.fleet.sync import sync
from collector.keep.terms import Terms
from tests.collector import world
from tests.collector.databases import Role
from tests.collector.keep.pen import Pen


@pytest.fixture
async def database(database_url: Callable[[Role], str]) -> AsyncIterator[Database]:
    async with Database.open(database_url("wachtpost_collector"), "test") as opened:
        await sync(opened, world.inventory())
        yield opened


@pytest.fixture(autouse=True)
def _furnished(database: Database) -> Database:
    return database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def blobs(folder: Path) -> ObjectStore:
    return open_store(str(folder))


@pytest.fixture
def terms() -> Terms:
    return Terms.of(world.inventory())


@pytest.fixture
def pen(owner: psycopg.Connection[tuple[object, ...]], folder: Path) -> Pen:
    return Pen(owner, folder)
