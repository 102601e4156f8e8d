"""Taking turns: only one collector at once keeps house, transaction by transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from collector.database import Database, Transaction
from collector.keep.errors import ElsewhereError
from collector.query import Queries

QUERIES = Queries(Path(__file__).parent / "sql")


@asynccontextmanager
async def turn(database: Database) -> AsyncIterator[Transaction]:
    """Open a transaction that nobody else's of this kind overlaps.

    Raises:
        ElsewhereError: another collector is in one; it does the same work.
    """
    async with database.transaction() as transaction:
        if not (await transaction.one(QUERIES["take_turn"]))["taken"]:
            raise ElsewhereError
        yield transaction
