"""Watches who falls silent, on the database's clock, and lets the rules judge it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from collector.database import Database, Transaction
from collector.errors import DatabaseError
from collector.incident import ending
from collector.intake.found import Judge, gone_away, keep, lock_sites
from collector.intake.listener import leave, together
from collector.intake.presence import (
    Decision,
    DevicePulse,
    Listening,
    PathPulse,
    decide_device,
    decide_path,
)
from collector.intake.row import EventRow
from collector.intake.withheld import Withheld, look_for_gaps
from collector.metrics import Health
from collector.query import Queries, Row
from sites.inventory import Inventory

log = structlog.get_logger()
_QUERIES = Queries(Path(__file__).parent / "sql")

TICK_S = 1.0
LEAST = timedelta(seconds=5)  # nobody is asked about who was heard since


@dataclass(frozen=True)
class Away:
    """A device or a path that is away, as a row for the rules."""

    row: EventRow
    reason: str


class PresenceWatch:
    """Looks once a second; `listening` says how well we hear, None: not at all.

    `name` is that of this collector among several.
    """

    def __init__(
        self,
        database: Database,
        inventory: Inventory,
        judge: Judge,
        listening: Callable[[], Listening | None],
        health: Health,
        name: str = "collector",
    ) -> None:
        self._database = database
        self._inventory = inventory
        self._judge = judge
        self._listening = listening
        self._health = health
        self._name = name

    async def run(self, stopping: asyncio.Event) -> None:
        """Look until told to stop; a database that is away is waited for."""
        clock = asyncio.get_running_loop().time
        while not stopping.is_set():
            due = clock() + TICK_S
            try:
                await self.look()
            except DatabaseError as error:
                if not error.retry:
                    raise
                self._health.trouble("presence", str(error))
            else:
                self._health.well("presence")
            try:
                async with asyncio.timeout_at(due):
                    await stopping.wait()
            except TimeoutError:
                continue
        with suppress(DatabaseError):  # then they wait half a minute
            async with self._database.transaction() as transaction:
                await leave(transaction, self._name)

    async def look(self) -> list[Away]:
        """Look once; give what was found away just now."""
        own = self._listening()
        async with self._database.transaction() as transaction:
            listening = await together(transaction, self._name, own)
            if listening is None:
                return []
            away = await self._devices(transaction, listening)
            away += await self._paths(transaction, listening)
            withheld = await look_for_gaps(transaction, listening)
            await self._tell(transaction, away, withheld)
        for one in away:
            log.warning("presence.lost", kind=one.row.kind, reason=one.reason)
        return away

    async def _tell(
        self, transaction: Transaction, away: list[Away], withheld: Withheld
    ) -> None:
        rows = [*(one.row for one in away), *withheld.rows]
        sites = {row.site for row in rows} | withheld.ended
        if not sites:
            return
        now = await lock_sites(transaction, sites)
        await self._judge(transaction, await keep(transaction, rows), now)
        for site in sorted(withheld.ended):
            await ending.end(transaction, site, now)
        for unit in sorted({row.unit for row in rows}):
            await transaction.notify("site", unit)

    async def _devices(
        self, transaction: Transaction, listening: Listening
    ) -> list[Away]:
        found = []
        for seen in await transaction.all(_QUERIES["pulses_of_devices"], least=LEAST):
            if seen["unit"] not in self._inventory.units:
                continue
            decision = decide_device(
                DevicePulse(seen["unheard"], seen["home"], seen["shown"], seen["told"]),
                self._inventory.policy_of(seen["unit"]),
                listening,
            )
            if decision.show or decision.tell:
                named = {"device": seen["device"], "heard": seen["heard"]}
                found += await self._note(
                    transaction, "silence_device", seen, decision, named
                )
        return found

    async def _paths(
        self, transaction: Transaction, listening: Listening
    ) -> list[Away]:
        found = []
        for seen in await transaction.all(_QUERIES["pulses_of_paths"], least=LEAST):
            decision = decide_path(
                PathPulse(seen["unheard"], seen["gone"], told=False), listening
            )
            if decision.tell:
                named = {name: seen[name] for name in ("device", "way", "heard")}
                found += await self._note(
                    transaction, "lose_path", seen, decision, named
                )
        return found

    async def _note(
        self,
        transaction: Transaction,
        query: str,
        seen: Row,
        decision: Decision,
        named: dict[str, Any],
    ) -> list[Away]:
        if query == "silence_device":
            named = {**named, "tell": decision.tell}
        if not await transaction.run(_QUERIES[query], **named):
            return []  # it was heard while we looked
        await transaction.notify("site", seen["unit"])
        if not decision.tell:
            return []
        return [Away(gone_away(seen, decision.paused), decision.reason)]
