"""Looks for what is kept longer than it may be, and for what nobody accounts for.

Shares nothing with what forgets: no code, no query, no list. It looks at every table
that the catalog names and at every file of the blob store. A finding says where and how
many, never what.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from obstore.store import ObjectStore

from collector.database import Database, Transaction
from collector.errors import ForbiddenError
from collector.keep.verify.known import KNOWN, Age
from collector.query import Queries, Query, Row

GRACE = timedelta(hours=1)  # forgetting comes once an hour
FILES_OF_NOBODY = "a file that no row accounts for"

_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class Finding:
    """One thing that should not be: where, and what is wrong there."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@dataclass(frozen=True)
class Verdict:
    """All findings, and how much was looked at."""

    findings: tuple[Finding, ...]
    tables: int
    files: int


async def verify(
    database: Database, blobs: ObjectStore, at: datetime | None = None
) -> Verdict:
    """Look at everything, as if it were `at` by the database's clock.

    Raises:
        DatabaseError: it cannot be asked.
        OSError, BaseError: the blob store cannot be listed.
    """
    async with database.transaction(read_only=True) as transaction:
        asked = await transaction.one(_QUERIES["terms"])
        now = at or asked["now"]
        look = _Look(transaction, now, asked)
        tables = await transaction.all(_QUERIES["tables"])
        findings = [found for table in tables for found in await look.table(table)]
        kept = await look.pictures()
    listed = await asyncio.to_thread(_files, blobs)
    async with database.transaction(read_only=True) as transaction:
        # Whoever was put down while the files were listed is accounted for as well.
        later = await _Look(transaction, now, asked).pictures()
    findings += _of_files(listed, {**later, **kept}, now)
    return Verdict(tuple(findings), len(tables), len(listed))


class _Look:
    def __init__(self, transaction: Transaction, now: datetime, terms: Row) -> None:
        self._transaction = transaction
        self._now = now
        self._terms = terms

    async def table(self, table: Row) -> list[Finding]:
        """Look at a table; one that is not known at all of its times."""
        name = f"{table['schema']}.{table['name']}"
        statements: dict[str, str] = table["statements"] or {}
        if name == "store.picture":
            return []  # looked at beside the files
        if name in KNOWN:
            age = KNOWN[name]
            columns = age.columns if age else ()
            return await self._old(name, age, [statements.get(one) for one in columns])
        found = [Finding(name, "a table that no rule of retention knows")]
        unknown = Age(tuple(statements), "events_days")
        return found + await self._old(name, unknown, list(statements.values()))

    async def pictures(self) -> dict[str, tuple[datetime, int]]:
        """Give when each picture was stored, and how many days it may stay."""
        rows = await self._transaction.all(_QUERIES["pictures"])
        return {row["digest"]: (row["stored"], row["days"]) for row in rows}

    async def _old(
        self, name: str, age: Age | None, statements: list[str | None]
    ) -> list[Finding]:
        if age is None:
            return []
        found = []
        for column, statement in zip(age.columns, statements, strict=True):
            if statement is None:
                found.append(Finding(name, f"has no time {column!r} any more"))
                continue
            rows = await self._count(statement, age)
            if rows is None:
                found.append(Finding(name, "this role may not look into it"))
            elif rows:
                found.append(
                    Finding(name, f"{rows} too old by {column!r} ({_allowed(age)})")
                )
        return found

    async def _count(self, statement: str, age: Age) -> int | None:
        term, days = "", age.days
        if isinstance(days, str):
            term, days = days, self._terms[days]
        query: Query[Row] = Query("old rows", statement.encode(), dict)
        with suppress(ForbiddenError):
            async with self._transaction.attempt():
                row = await self._transaction.one(
                    query,
                    now=self._now - GRACE,
                    term=term,
                    days=days,
                    most=age.most,
                )
                return int(row["rows"])
        return None


def _allowed(age: Age) -> str:
    bound = f", at most {age.most} days" if age.most < Age.most else ""
    return f"{age.days} days{bound}" if isinstance(age.days, int) else age.days + bound


def _files(blobs: ObjectStore) -> list[tuple[str, int, datetime]]:
    return [
        (each["path"], each["size"], each["last_modified"])
        for some in blobs.list()
        for each in some
    ]


def _of_files(
    files: list[tuple[str, int, datetime]],
    kept: dict[str, tuple[datetime, int]],
    now: datetime,
) -> Iterator[Finding]:
    for digest, (stored, days) in kept.items():
        if stored < now - GRACE - timedelta(days=days):
            yield Finding(
                "store.picture", f"{digest[:16]} is older than its {days} days"
            )
    for path, size, at in files:
        room, _, name = path.rpartition("/")
        picture = kept.get(name) if room == f"pictures/{name[:2]}" else None
        if picture is None:
            # What somebody called it may tell whom it is about.
            yield Finding("blobs", f"{FILES_OF_NOBODY}: {size} bytes, of {at:%F %T}Z")
        elif at < now - GRACE - timedelta(days=picture[1]):
            yield Finding("blobs", f"{path} is older than its {picture[1]} days")
