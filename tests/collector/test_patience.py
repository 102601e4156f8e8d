"""A database that falls silent with the connection open: given up, and found again."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import collector.database
from collector.database import Database, Limits
from collector.errors import DatabaseAwayError
from collector.query import Query
from tests.chaos.relay import CALM, DEAF, Relay, network
from tests.collector.databases import Role

ONE: Query[dict[str, int]] = Query("one", b"select 1 as one", dict)
STATEMENT_S, SILENT_S = 1, 0.5


@pytest.fixture
def relay(database_url: Callable[[Role], str]) -> Iterator[Relay]:
    port = conninfo_to_dict(database_url("wachtpost_collector"))["port"]
    with network() as made:
        yield made.link(int(str(port)))


@pytest.fixture
async def database(
    relay: Relay,
    database_url: Callable[[Role], str],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Database]:
    monkeypatch.setattr(collector.database, "SILENT_S", SILENT_S)
    url = make_conninfo(
        database_url("wachtpost_collector"), host=relay.host, port=relay.port
    )
    limits = Limits(connections=1, statement_s=STATEMENT_S, wait_s=5.0)
    async with Database.open(url, "test", limits) as opened:
        yield opened


async def once(database: Database) -> None:
    async with database.transaction() as transaction:
        assert await transaction.one(ONE) == {"one": 1}


async def deaf_meanwhile(database: Database, relay: Relay, *, ask: bool) -> None:
    """Hear nothing from the database any more in the middle of a transaction."""
    async with asyncio.timeout(20), database.transaction() as transaction:
        await transaction.one(ONE)
        relay.change(DEAF)
        if ask:
            await transaction.one(ONE)


async def test_a_statement_whose_answer_never_comes_is_given_up(
    relay: Relay, database: Database
):
    await once(database)
    began = time.monotonic()
    with pytest.raises(DatabaseAwayError) as error:
        await deaf_meanwhile(database, relay, ask=True)
    assert error.value.retry
    assert time.monotonic() - began >= STATEMENT_S + SILENT_S


async def test_a_commit_that_nobody_confirms_is_given_up(
    relay: Relay, database: Database
):
    with pytest.raises(DatabaseAwayError):
        await deaf_meanwhile(database, relay, ask=False)


async def test_it_is_found_again_over_another_connection(
    relay: Relay, database: Database
):
    await once(database)
    relay.change(DEAF)
    with pytest.raises(DatabaseAwayError):
        await asyncio.wait_for(once(database), 20)
    relay.change(CALM)
    async with asyncio.timeout(30):
        while True:
            try:
                await once(database)
            except DatabaseAwayError:
                continue
            break
