"""Keeps the gate: learns at once who was revoked, and cuts connections that live on.

A connection is cut by connecting to the broker under its client id. A broker that got
the list of the revoked lets it in no more; until then it is cut again and again. So is
a path that floods us: no broker of version 2 bounds a rate.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from collector.database import Database
from collector.errors import DatabaseError
from collector.fleet.certificate import CHANGED, QUERIES
from collector.fleet.standing import Standings
from collector.metrics import Health
from sites.topic import Path

log = structlog.get_logger()

LOOK_S = 2.0
AGAIN_S = 20.0
AFRESH_S = 600.0


@dataclass(frozen=True)
class Line:
    """What it needs of the broker: `cut` takes a client's place there, or OSError.

    `flooding` gives the paths that sent more than a device can, since it was asked
    before, at this time of the loop.
    """

    cut: Callable[[Path], Awaitable[None]]
    flooding: Callable[[float], set[Path]]


class Gate:
    """Looks every LOOK_S."""

    def __init__(
        self,
        database: Database,
        standings: Standings,
        line: Line,
        clock: Callable[[], datetime],
        health: Health,
    ) -> None:
        self._database = database
        self._standings = standings
        self._line = line
        self._clock = clock
        self._health = health
        self._cut_at: dict[Path, float] = {}
        self._to_load: set[str | None] = set()  # None: every device
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Keep it until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hear(), name="notes of standings")
            group.create_task(self._learn(), name="standings")
            group.create_task(self._watch(), name="cutting")

    async def load(self, device: str | None = None) -> None:
        """Learn how the paths of a device stand, or all; raises DatabaseError."""
        async with self._database.transaction(read_only=True) as transaction:
            rows = await transaction.all(QUERIES["standings"], device=device)
        self._standings.learn(rows)

    async def refresh(self) -> None:
        """Ask the database what time it is, and for what grew stale."""
        stale, self._to_load = self._to_load, set()
        try:
            async with self._database.transaction(read_only=True) as transaction:
                row = await transaction.one(QUERIES["now"])
                self._standings.store_time = row["now"]
            for device in tuple(stale):
                await self.load(device)
                stale.remove(device)
        except DatabaseError as error:
            self._health.trouble("standings", str(error))
        else:
            self._health.well("standings")
        self._to_load |= stale

    async def look(self) -> None:
        """Cut every connection that is due; one that fails keeps no other from it."""
        now, monotonic = self._clock(), asyncio.get_running_loop().time()
        # Taken first: what comes while others are cut belongs to the next look.
        flooding = self._line.flooding(monotonic)
        reasons: dict[Path, str] = dict.fromkeys(flooding, "flood")
        refused = self._standings.refused(now)
        for path in self._cut_at.keys() - refused.keys():
            del self._cut_at[path]
        knocked, self._standings.knocked = self._standings.knocked, set()
        due = {path for path in refused if self._is_due(path, now, monotonic)}
        for path in due | knocked:
            refusal = self._standings.refusal(path, now)
            if refusal is not None:
                reasons[path] = refusal
        wrong = None
        for path, why in sorted(reasons.items()):
            try:
                await self._line.cut(path)
            except OSError as error:
                wrong = f"connections cannot be cut: {type(error).__name__}"
                continue
            if path in refused:
                self._cut_at[path] = monotonic
            log.warning("connection.cut", path=path.text, reason=why)
        self._health.tell("gate", wrong)

    def _is_due(self, path: Path, now: datetime, monotonic: float) -> bool:
        last = self._cut_at.get(path)
        if last is None:
            return True
        again = self._standings.may_be_let_in(path, now)
        return again and monotonic - last >= AGAIN_S

    async def _watch(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def _hear(self) -> None:
        """Note whom a note names, or all where notes may have been missed."""
        async with aclosing(self._database.notes(CHANGED)) as notes:
            async for note in notes:
                if note.live:
                    self._stale(note.payload or None)

    async def _learn(self) -> None:
        """Load what grew stale, one after the other; what failed, again and again."""
        clock = asyncio.get_running_loop().time
        afresh = clock() + AFRESH_S
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._news.wait()
            self._news.clear()
            if clock() >= afresh:
                self._to_load.add(None)
                afresh = clock() + AFRESH_S
            await self.refresh()

    def _stale(self, device: str | None) -> None:
        self._to_load.add(device)
        self._news.set()
