"""Puts what was examined into the database, decided about, and says what is settled.

One transaction stores, judges and notifies a batch. Where one frame spoils it, that
frame is found by halves and costs itself alone.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from collector.database import Database, Transaction
from collector.errors import DatabaseError
from collector.fleet import courier, renewal
from collector.intake import found
from collector.intake.found import Judge
from collector.intake.ingest import (
    Finding,
    Gone,
    Heard,
    HeardPart,
    SetAside,
)
from collector.intake.line import Lines
from collector.intake.picture import Pictures
from collector.intake.source import Clock
from collector.intake.store import Stored, doubted, set_aside, store
from collector.metrics import Health, Metrics
from collector.query import Queries

log = structlog.get_logger()

RETRY_MIN_S = 0.05
RETRY_MAX_S = 5.0
FULL_OF_REFUSED = "a source sent more refused frames than are kept: not confirmed"
TIMED_OUT = "57014"  # SQLSTATE: the statement took longer than it may
TRIES = 3  # of a batch that takes too long
DATA_IS_WRONG = ("22", "23")  # classes of SQLSTATE: bad data, broken constraint
_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class Rules:
    """What decides about new rows, and the kinds that it cares about."""

    judge: Judge
    kinds: frozenset[str]


@dataclass(frozen=True)
class Shelf:
    """Where a lane puts what it heard; a lane has a database connection of its own."""

    database: Database
    pictures: Pictures


@dataclass(frozen=True)
class Watch:
    """What a lane tells about its own work."""

    metrics: Metrics
    health: Health
    clock: Clock


class Settler:
    """Settles the batches of one lane, one at a time, until `stopping` is set."""

    def __init__(
        self,
        name: str,
        shelf: Shelf,
        rules: Rules,
        watch: Watch,
    ) -> None:
        self.stopping = asyncio.Event()
        self._name = name
        self._database = shelf.database
        self._pictures = shelf.pictures
        self._rules = rules
        self._watch = watch

    async def settle(
        self, findings: Sequence[Finding], tries: int = TRIES
    ) -> list[Finding]:
        """Commit all of it, or what is left where some of them spoil it.

        So does one whose statements take too long, so many times.

        Gives what is committed, and so may be confirmed. Once `stopping` is set, a
        database that is away is not waited for: then it is nothing.
        """
        try:
            findings, stored = await self._commit(findings, tries)
        except DatabaseError as error:
            if error.retry and self.stopping.is_set():
                return []  # the database is away, and it is not waited for
            return await self._settle_apart(findings, error)
        except Exception as error:  # noqa: BLE001  # a rule that breaks on one frame may not stop the others; it is not confirmed, logged and on /healthz
            return await self._settle_apart(findings, error)
        self._watch.health.well(self._name)
        unkept = stored.unkept
        if unkept:
            self._watch.health.trouble(f"{self._name} frames", FULL_OF_REFUSED)
        return [
            one for one in findings if isinstance(one, Gone) or one.digest not in unkept
        ]

    async def _settle_apart(
        self, findings: Sequence[Finding], error: Exception
    ) -> list[Finding]:
        middle = len(findings) // 2
        if middle:
            first = await self.settle(findings[:middle], 1)
            return first + await self.settle(findings[middle:], 1)
        (finding,) = findings
        refused = _refused_as_data(finding, error)
        if refused is not None:
            return await self.settle([refused])
        log.error("frame.unsettled", lane=self._name, exc_info=error)
        why = f"a frame is not stored: {type(error).__name__}"
        self._watch.health.trouble(f"{self._name} frames", why)
        self._watch.metrics.frames.labels(self._name, "failed").inc()
        return []

    async def _commit(
        self, findings: Sequence[Finding], tries: int
    ) -> tuple[list[Finding], Stored]:
        wait = RETRY_MIN_S
        while True:
            try:
                settled, stored = await self._store(findings)
            except DatabaseError as error:
                tries -= error.sqlstate == TIMED_OUT
                if not error.retry or not tries or self.stopping.is_set():
                    raise
                log.warning("batch.retried", lane=self._name, reason=str(error))
                self._watch.health.trouble(self._name, str(error))
                await asyncio.sleep(wait)
                wait = min(wait * 2, RETRY_MAX_S)
            else:
                self._count(settled, stored)
                return settled, stored

    async def _store(self, findings: Sequence[Finding]) -> tuple[list[Finding], Stored]:
        heard = [one for one in findings if isinstance(one, Heard)]
        parts = [one for one in findings if isinstance(one, HeardPart)]
        async with self._database.transaction() as transaction:
            stored = await store(transaction, heard)
            await courier.note(transaction, stored.new)
            await renewal.note(transaction, heard, stored.new)
            await self._pictures.keep_parts(transaction, parts)
            for gone in (one for one in findings if isinstance(one, Gone)):
                device, way = gone.path
                await transaction.run(_QUERIES["gone"], device=device, way=way)
            settled = doubted(findings, stored.taken)
            unkept = await set_aside(transaction, _doubtful(settled))
            await self._judge(transaction, stored)
            await _notify(transaction, stored)
        if parts:
            await self._pictures.complete()
        return settled, replace(stored, unkept=unkept)

    async def _judge(self, transaction: Transaction, stored: Stored) -> None:
        rules = self._rules
        new = [row for row in (*stored.new, *stored.back) if row.kind in rules.kinds]
        await found.tell(transaction, stored.found, rules.judge, beside=new)

    def _count(self, findings: Sequence[Finding], stored: Stored) -> None:
        metrics = self._watch.metrics
        metrics.rows.labels(self._name).inc(stored.rows)
        metrics.duplicates.labels(self._name).inc(stored.duplicates)
        metrics.late.labels(self._name).inc(stored.late)
        aside = sum(isinstance(one, SetAside) for one in findings)
        counts = {"set_aside": aside, "stored": len(findings) - aside}
        for outcome, count in counts.items():
            if count:
                metrics.frames.labels(self._name, outcome).inc(count)
        for doubtful in _doubtful(findings):
            metrics.set_aside.labels(doubtful.refusal).inc()


def _doubtful(findings: Iterable[Finding]) -> list[SetAside]:
    found = [one for one in findings if isinstance(one, SetAside)]
    found += [
        SetAside(one.message, one.digest, one.path, one.known, one.refusal, one.doubt)
        for one in findings
        if isinstance(one, Heard) and one.doubt is not None
    ]
    return found


def _refused_as_data(finding: Finding, error: Exception) -> Finding | None:
    """Give what becomes of a frame whose content the database cannot hold.

    Its numbers came all the same: they are not missing.
    """
    if not isinstance(error, DatabaseError) or isinstance(finding, Gone | SetAside):
        return None
    if (error.sqlstate or "")[:2] not in DATA_IS_WRONG:
        return None
    why = f"the database cannot hold it ({error.sqlstate})"
    if isinstance(finding, Heard) and finding.rows:
        return replace(finding, rows=(), lines=Lines(), doubt=why)
    return SetAside(
        finding.message, finding.digest, finding.path, finding.known, "bad_body", why
    )


async def _notify(transaction: Transaction, stored: Stored) -> None:
    # The unit alone: whoever may connect may also listen.
    units = {row.unit for row in stored.new if row.kind != "heartbeat"}
    for unit in sorted(units | stored.returned):
        await transaction.notify("site", unit)
