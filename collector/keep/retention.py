"""Forgets what is older than the policy allows: rows, and the files that go with them.

Whole days go with their chunks where TimescaleDB keeps them, everything else in small
batches, each in a transaction of its own. Only the database's clock says what is old.
What an incident shows was copied to it and outlives the raw row.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import structlog
from obstore.store import ObjectStore

from collector.blob import ROOM, digest_of, object_name
from collector.database import Database, jsonb
from collector.errors import DatabaseBusyError
from collector.keep.rollup import roll
from collector.keep.terms import Bounds, Terms
from collector.keep.turn import QUERIES, turn

BATCH = 10_000
PICTURES = 10  # their files go within one transaction, however slow the blob store is

log = structlog.get_logger()


async def forget(database: Database, blobs: ObjectStore, terms: Terms) -> Counter[str]:
    """Forget everything that is too old; give how many of each sort went.

    What records came late is rolled up first, and from then on nobody rolls up again
    what is about to go.

    Raises:
        ElsewhereError: another collector does it.
        DatabaseError: also in the middle; the next time goes on.
        OSError, BaseError: the blob store is away; its rows stay.
    """
    work = _Work(database, blobs, await _bounds(database, terms))
    await roll(database, terms)
    await work.remember()
    await work.chunks()
    await work.raw_rows()
    await work.other_rows()
    await work.history()
    await work.pictures()
    await work.stray_files()
    return +work.gone


async def _bounds(database: Database, terms: Terms) -> Bounds:
    async with turn(database) as transaction:
        return terms.bounds((await transaction.one(QUERIES["now"]))["now"])


class _Work:
    """One pass; its bounds do not move while it lasts."""

    def __init__(self, database: Database, blobs: ObjectStore, bounds: Bounds) -> None:
        self.gone: Counter[str] = Counter()
        self._database = database
        self._blobs = blobs
        self._bounds = bounds

    async def remember(self) -> None:
        bounds = self._bounds
        async with turn(self._database) as transaction:
            await transaction.run(
                QUERIES["remember_forgotten"], raw=bounds.raw, units=self._units("raw")
            )

    async def chunks(self) -> None:
        try:
            async with turn(self._database) as transaction:
                found = await transaction.one(
                    QUERIES["forget_chunks"], before=self._bounds.raw
                )
        except DatabaseBusyError as error:  # a long reader; rows go one by one then
            log.warning("retention.chunks_in_use", reason=str(error))
        else:
            self.gone["chunks"] += found["chunks"]

    async def raw_rows(self) -> None:
        bounds = self._bounds
        async with turn(self._database) as transaction:
            sites = await transaction.all(QUERIES["sites"])
        for row in sites:
            for name in ("events", "measurements"):
                await self._batches(
                    name,
                    site=row["site"],
                    raw=bounds.raw,
                    strictest=bounds.strictest,
                    units=self._units("raw"),
                )

    async def other_rows(self) -> None:
        bounds = self._bounds
        for name, field in (
            ("untimed", "untimed"),
            ("frames", "aside"),
            ("tasks", "raw"),
        ):
            named = {field: getattr(bounds, field)}
            await self._batches(name, **named, units=self._units(field))

    async def history(self) -> None:
        """Forget what is over: incidents, sign-ins, lanes, keys, windows, rosters."""
        for name, named in (
            ("incidents", {"history": self._bounds.history}),
            ("audit", {"history": self._bounds.history}),
            ("sign_ins", {}),
        ):
            async with turn(self._database) as transaction:
                found = await transaction.one(QUERIES[f"forget_{name}"], **named)
                self.gone[name] += found[name]
        await self._batches("lanes", history=self._bounds.history)
        async with turn(self._database) as transaction:
            self.gone["jumps"] += await transaction.run(QUERIES["forget_jumps"])
            for name in (
                "deaf",
                "rollups",
                "certificates",
                "turns",
                "clones",
                "commands",
                "roster_changes",
                "exercises",
                "suppressions",
            ):
                self.gone[name] += await transaction.run(
                    QUERIES[f"forget_{name}"], history=self._bounds.history
                )

    async def pictures(self) -> None:
        while await self._some_pictures() == PICTURES:
            continue

    async def stray_files(self) -> None:
        """Remove files that belong to no picture, when they are as old as one may be.

        A crash may leave one; a store that was put back from a copy leaves many, and
        whoever put it back has that long to notice.
        """
        listed = self._blobs.list(ROOM)
        while files := await asyncio.to_thread(next, listed, None):
            old = [
                digest
                for each in files
                if each["last_modified"] < self._bounds.pictures
                and (digest := digest_of(each["path"]))
            ]
            if old:
                await self._remove_unknown(old)

    async def _batches(self, name: str, **named: Any) -> None:
        """Forget in batches, until one is not full."""
        query, full = QUERIES[f"forget_{name}"], True
        while full:
            async with turn(self._database) as transaction:
                gone = await transaction.run(query, **named, most=BATCH)
            self.gone[name] += gone
            full = gone >= BATCH

    async def _some_pictures(self) -> int:
        bounds = self._bounds
        async with turn(self._database) as transaction:
            rows = await transaction.all(
                QUERIES["old_pictures"],
                pictures=bounds.pictures,
                images=bounds.images,
                units=self._units("pictures"),
                most=PICTURES,
            )
            digests = [row["digest"] for row in rows]
            # The file first: a crash leaves a row too many, never a file.
            for digest in digests:
                await self._remove(digest)
            await transaction.run(QUERIES["forget_pictures"], digests=digests)
        self.gone["pictures"] += len(digests)
        return len(digests)

    async def _remove_unknown(self, digests: Sequence[str]) -> None:
        async with turn(self._database) as transaction:
            rows = await transaction.all(
                QUERIES["unknown_pictures"], digests=list(digests)
            )
        for row in rows:
            await self._remove(row["digest"])
        self.gone["stray_files"] += len(rows)

    async def _remove(self, digest: str) -> None:
        try:
            await self._blobs.delete_async(object_name(digest))
        except FileNotFoundError:
            return

    def _units(self, field: str) -> object:
        """Give the bound of each unit by its name."""
        return jsonb({unit["unit"]: unit[field] for unit in self._bounds.units})
