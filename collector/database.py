"""The one door to PostgreSQL: pool, transaction, who is asking, notes.

Nobody else imports psycopg, but for `driver_error` and `patience`. A dict given as a
parameter becomes jsonb, anything else that shall be jsonb goes through `jsonb(...)`;
jsonb comes back as Python values. Times go in and come out aware, in UTC. A statement
that comes often is prepared.
"""

import asyncio
import random
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
import psycopg
import structlog
from psycopg import sql
from psycopg.rows import dict_row, kwargs_row
from psycopg.types.json import Jsonb, JsonbDumper, set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool

from collector.driver_error import wrapped
from collector.errors import DatabaseFullError, NotOneRowError
from collector.patience import PatientConnection
from collector.query import Query

log = structlog.get_logger()
T = TypeVar("T")

CONNECT_S = 5
POOL_WAIT_S = 10.0
STATEMENT_S = 30
IDLE_IN_TRANSACTION_S = 60
RECONNECT_MIN_S = 0.2
RECONNECT_MAX_S = 10.0
PROBE_S = 5.0
SILENT_S = 10.0  # beyond the longest statement: then nobody is there

_ASK = b"select set_config('wachtpost.person', %(asker)s, true)"
_READ_ONLY = b"set transaction read only"
_NOTIFY = b"select pg_notify(%(channel)s, %(payload)s)"


@dataclass(frozen=True)
class Note:
    """What `notify` said, or what became of the line on which we listen.

    `live` False: the line is lost, nothing is heard until a note with `live` True and
    no channel comes. That one also comes first of all: look at everything again then,
    since anything may have happened before.
    """

    channel: str | None
    payload: str
    live: bool = True


@dataclass(frozen=True)
class Limits:
    """Bounds of one process's connections.

    How many at most, seconds a statement, seconds that a transaction waits for one.
    """

    connections: int = 4
    statement_s: int = STATEMENT_S
    wait_s: float = POOL_WAIT_S


def jsonb(value: object) -> object:
    """Mark a list, number, text or None as one jsonb value."""
    return Jsonb(value)


class Transaction:
    """One open transaction; ends with the block that `Database.transaction` opened."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection

    async def all(self, query: Query[T], /, **named: object) -> list[T]:
        """Give every row."""
        with wrapped():
            cursor = self._connection.cursor(row_factory=_factory(query))
            await cursor.execute(query.text, named or None)
            return await cursor.fetchall()

    async def maybe(self, query: Query[T], /, **named: object) -> T | None:
        """Give the only row or None; NotOneRowError where there are several."""
        rows = await self.all(query, **named)
        if len(rows) > 1:
            raise NotOneRowError(query.name, len(rows))
        return rows[0] if rows else None

    async def one(self, query: Query[T], /, **named: object) -> T:
        """Give the only row; NotOneRowError where there is none or several."""
        rows = await self.all(query, **named)
        if len(rows) != 1:
            raise NotOneRowError(query.name, len(rows))
        return rows[0]

    async def run(self, query: Query[Any], /, **named: object) -> int:
        """Execute, and give the number of rows it touched.

        `update ... where <old state>` that touches 0 rows: somebody else was first.
        """
        with wrapped():
            cursor = await self._connection.execute(query.text, named or None)
            return cursor.rowcount

    async def many(
        self, query: Query[Any], /, rows: Iterable[Mapping[str, object]]
    ) -> int:
        """Execute once for each row, in one round trip; give the rows touched."""
        with wrapped():
            cursor = self._connection.cursor()
            await cursor.executemany(query.text, list(rows))
            return cursor.rowcount

    async def copy(self, query: Query[Any], /, lines: bytes) -> None:
        """Send whole lines of COPY's text format through a `copy ... from stdin`."""
        with wrapped():
            cursor = self._connection.cursor()
            async with cursor.copy(query.text) as copy:
                await copy.write(lines)

    async def notify(self, channel: str, payload: str) -> None:
        """Tell those who listen, when this transaction commits and only then."""
        with wrapped():
            await self._connection.execute(
                _NOTIFY, {"channel": channel, "payload": payload}
            )

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Undo what this block did where it fails, and keep the rest (a savepoint)."""
        with wrapped():
            async with self._connection.transaction():
                yield


class Database:
    """A pool of connections as one role; made by `Database.open`."""

    def __init__(self, url: str, pool: AsyncConnectionPool[Any], options: str) -> None:
        self._url = url
        self._pool = pool
        self._options = options

    @staticmethod
    @asynccontextmanager
    async def open(
        url: str, name: str, limits: Limits | None = None
    ) -> AsyncIterator["Database"]:
        """Open a pool; closed with the block. `name` is seen in pg_stat_activity.

        Does not wait for the database: the first transaction says when it is away.
        """
        limits = limits or Limits()
        longest_s = limits.statement_s + SILENT_S

        async def configure(connection: PatientConnection) -> None:
            connection.longest_s = longest_s
            await _configure(connection)

        options = (
            f"-c statement_timeout={limits.statement_s}s"
            f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_S}s"
            " -c timezone=UTC -c client_min_messages=warning"
            # What a thief of this role may have set for it (`alter role`) is void.
            " -c row_security=on"
        )
        pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            url,
            connection_class=PatientConnection,
            kwargs=_arguments(name, options),
            min_size=1,
            max_size=limits.connections,
            timeout=limits.wait_s,
            reconnect_timeout=RECONNECT_MAX_S,
            check=AsyncConnectionPool.check_connection,
            configure=configure,
            open=False,
            name=name,
        )
        await pool.open(wait=False)
        try:
            yield Database(url, pool, options)
        finally:
            await pool.close()

    @asynccontextmanager
    async def transaction(
        self, asker: str | None = None, *, read_only: bool = False
    ) -> AsyncIterator[Transaction]:
        """Open a transaction; commits at the end, rolls back on any exception.

        `asker` is the person for whom the dashboard reads or acts; only inside this
        transaction, and only for the dashboard's role, does it open the walls.

        Raises:
            DatabaseError: one of its kinds; `retry` says whether to try again. Also
                from the commit: then nothing of it was stored, unless the connection
                was lost in that very moment.
        """
        with wrapped():
            async with self._pool.connection() as connection:
                if read_only:
                    await connection.execute(_READ_ONLY)
                if asker is not None:
                    await connection.execute(_ASK, {"asker": asker})
                try:
                    yield Transaction(connection)
                except DatabaseFullError:
                    # A session that began read-only stays so: the next begins anew.
                    await connection.close()
                    raise

    async def notes(self, *channels: str) -> AsyncGenerator[Note, None]:
        """Listen on a connection of its own, for ever; reconnects by itself."""
        wait = RECONNECT_MIN_S
        while True:
            with suppress(psycopg.OperationalError, OSError):
                async with await self._listen(channels) as connection:
                    wait = RECONNECT_MIN_S
                    yield Note(None, "")
                    async for note in _heard(connection):
                        yield note
            log.warning("notes.lost", channels=channels)
            yield Note(None, "", live=False)
            await asyncio.sleep(wait * random.uniform(0.5, 1))  # noqa: S311  # jitter
            wait = min(wait * 2, RECONNECT_MAX_S)

    async def _listen(self, channels: Sequence[str]) -> psycopg.AsyncConnection[Any]:
        arguments = _arguments("wachtpost notes", self._options)
        connection: psycopg.AsyncConnection[Any]
        connection = await PatientConnection.connect(
            self._url, autocommit=True, **arguments
        )
        for channel in channels:
            await connection.execute(
                sql.SQL("listen {}").format(sql.Identifier(channel))
            )
        return connection


async def _heard(
    connection: psycopg.AsyncConnection[Any],
) -> AsyncGenerator[Note, None]:
    while True:
        async for note in connection.notifies(timeout=PROBE_S):
            yield Note(note.channel, note.payload)
        await connection.execute("select 1")  # a line that died in silence is found


def _arguments(name: str, options: str) -> dict[str, Any]:
    return {
        "application_name": name,
        "connect_timeout": CONNECT_S,
        "keepalives_idle": 10,
        "tcp_user_timeout": 20_000,
        "options": options,
        "row_factory": dict_row,
    }


async def _configure(connection: psycopg.AsyncConnection[Any]) -> None:
    connection.adapters.register_dumper(dict, JsonbDumper)
    set_json_loads(msgspec.json.decode, connection)
    set_json_dumps(msgspec.json.encode, connection)


def _factory(query: Query[T]) -> Any:
    if query.make is dict:
        return dict_row
    named: Any = getattr(query.make, "_make", None)
    return kwargs_row(query.make) if named is None else lambda _: named
