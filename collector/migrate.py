"""Brings a database to the schema that this version needs.

Roles first (they belong to the whole server), then the missing migrations, then
hypertables where TimescaleDB is there: all in one transaction, under a lock, so that it
is done whole or not at all, however many begin it at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog

from collector.database import Database, Limits, Transaction
from collector.errors import DatabaseNewerError, DatabaseOlderError
from collector.query import Queries, Query

log = structlog.get_logger()

Capability = Literal["plain", "apache", "tsl"]
MIGRATION_S = 3600

_HERE = Path(__file__).parent
_QUERIES = Queries(_HERE / "sql")


@dataclass(frozen=True)
class Outcome:
    """What a migration found and left: versions, and what the database can do.

    `compression` says of each table that is kept by day whether it is compressed.
    """

    before: int
    after: int
    capability: Capability
    compression: tuple[str, ...] = ()


def migrations() -> Iterator[tuple[int, Query[object]]]:
    """Give every migration of this version in order, with its number."""
    for path in sorted((_HERE / "migrations").glob("[0-9]*_*.sql")):
        yield int(path.name.split("_", 1)[0]), _script(path)


def known_version() -> int:
    """Give the number of the newest migration."""
    return max(number for number, _ in migrations())


async def migrate(url: str) -> Outcome:
    """Apply what is missing, as the superuser of `url`; again, it changes nothing.

    Raises:
        DatabaseNewerError: a newer version was here.
        DatabaseError: the database refused; nothing was changed.
    """
    limits = Limits(connections=1, statement_s=MIGRATION_S)
    async with Database.open(url, "wachtpost migrate", limits) as database:
        async with database.transaction() as transaction:
            await transaction.one(_QUERIES["migration_lock"])
            before = await version_of(transaction)
            await _apply(transaction, before)
            await _use_timescale(transaction)
            found = await capability_of(transaction)
            tables = await transaction.all(_QUERIES["hypertables_walled"])
        told = tuple(
            f"{table['name']}: {compression(found, walled=table['walled'])}"
            for table in tables
        )
        outcome = Outcome(before, max(before, known_version()), found, told)
    log.info(
        "database.migrated",
        before=outcome.before,
        after=outcome.after,
        capability=outcome.capability,
    )
    return outcome


async def require_current(database: Database) -> Capability:
    """Check that the schema is this version's; give what the database can do.

    Raises:
        DatabaseOlderError, DatabaseNewerError: it is not.
    """
    async with database.transaction(read_only=True) as transaction:
        found, known = await version_of(transaction), known_version()
        if found < known:
            raise DatabaseOlderError(found, known)
        if found > known:
            raise DatabaseNewerError(found, known)
        return await capability_of(transaction)


async def version_of(transaction: Transaction) -> int:
    """Give the number of the last migration applied; 0 for an empty database."""
    if not (await transaction.one(_QUERIES["migration_known"]))["known"]:
        return 0
    row = await transaction.one(_QUERIES["migration_version"])
    return int(row["version"])


async def capability_of(transaction: Transaction) -> Capability:
    """Find out what the database can do."""
    row = await transaction.one(_QUERIES["capability"])
    found: Capability = row["capability"]
    return found


def compression(capability: Capability, *, walled: bool) -> str:
    """Say whether a table that is kept by day is compressed, and why not."""
    if capability == "plain":
        return "not compressed, for there is no TimescaleDB"
    if capability == "apache":
        return "not compressed, for this edition of TimescaleDB cannot"
    if walled:
        return "not compressed, for row-level security stands on it, and it stays"
    return "compressed after seven days"


async def _apply(transaction: Transaction, before: int) -> None:
    if before > known_version():
        raise DatabaseNewerError(before, known_version())
    await transaction.run(_script(_HERE / "roles.sql"))
    for number, script in migrations():
        if number > before:
            await transaction.run(script)
            await transaction.run(_QUERIES["migration_applied"], version=number)


async def _use_timescale(transaction: Transaction) -> None:
    loaded = await transaction.one(_QUERIES["timescale_loaded"])
    if not loaded["loaded"]:
        return
    await transaction.run(_QUERIES["timescale_create"])
    await transaction.run(_script(_HERE / "hypertables.sql"))


def _script(path: Path) -> Query[object]:
    return Query(path.name, path.read_bytes(), object)
