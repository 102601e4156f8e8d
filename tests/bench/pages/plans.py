"""What the database did for each query of a page, as it says itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.rows import scalar_row

from collector.database import Database, Transaction
from collector.query import Query

T = TypeVar("T")
_EXPLAIN = b"explain (analyze, buffers, format json) "


class Explained(Database):
    """A database that also keeps the plan of each query of a page, the slowest one.

    Attributes:
        plans: by the query's name.
    """

    def __init__(self, other: Database) -> None:
        super().__init__(other._url, other._pool, other._options)
        self.plans: dict[str, dict[str, Any]] = {}

    @asynccontextmanager
    async def transaction(
        self, asker: str | None = None, *, read_only: bool = False
    ) -> AsyncIterator[Transaction]:
        """Open one; what only reads is explained first."""
        async with super().transaction(asker, read_only=read_only) as transaction:
            if read_only:
                yield _Explaining(transaction._connection, self.plans)
            else:
                yield transaction


class _Explaining(Transaction):
    def __init__(
        self,
        connection: psycopg.AsyncConnection[Any],
        plans: dict[str, dict[str, Any]],
    ) -> None:
        super().__init__(connection)
        self._plans = plans

    async def all(self, query: Query[T], /, **named: object) -> list[T]:
        cursor = self._connection.cursor(row_factory=scalar_row)
        await cursor.execute(_EXPLAIN + query.text, named or None)
        for (plan,) in await cursor.fetchall():
            before = self._plans.get(query.name)
            if before is None or plan["Execution Time"] > before["Execution Time"]:
                self._plans[query.name] = plan
        return await super().all(query, **named)
