"""One lane of the intake: from what came over the wire to the receipts for it.

    poll -> examine (threads) -> one transaction: store, judge, notify -> receipts

Nothing is confirmed before the commit that covers it. While the database is away the
batch in hand is tried again and nothing else is polled.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

import structlog
from nacl.public import PrivateKey
from nacl.signing import SigningKey

from collector.database import Database, Transaction
from collector.errors import DatabaseError
from collector.fleet.directory import Directory
from collector.intake.ingest import (
    Finding,
    Gone,
    Heard,
    HeardPart,
    SetAside,
    examine,
)
from collector.intake.picture import Pictures
from collector.intake.receipt import receipts
from collector.intake.row import EventRow
from collector.intake.source import Clock, Message, Source
from collector.intake.store import Stored, set_aside, store
from collector.metrics import Health, Metrics
from collector.query import Queries

log = structlog.get_logger()
S = TypeVar("S")
T = TypeVar("T")

CHUNK = 32  # frames a thread opens before the next gets its turn
RETRY_MIN_S = 0.05
RETRY_MAX_S = 5.0
FULL_OF_REFUSED = "a source sent more refused frames than are kept: not confirmed"
DATA_IS_WRONG = ("22", "23")  # classes of SQLSTATE: bad data, broken constraint
_QUERIES = Queries(Path(__file__).parent / "sql")

Judge = Callable[[Transaction, Sequence[EventRow], datetime], Awaitable[object]]


@dataclass(frozen=True)
class Trust:
    """Our two keys, and whose frames we believe."""

    sealing: PrivateKey
    answering: SigningKey
    directory: Directory


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


class Lane:
    """Takes batches from one source; `run()` is its task."""

    def __init__(
        self,
        name: str,
        source: Source,
        shelf: Shelf,
        trust: Trust,
        rules: Rules,
        watch: Watch,
    ) -> None:
        self.name = name
        self._source = source
        self._database = shelf.database
        self._pictures = shelf.pictures
        self._trust = trust
        self._rules = rules
        self._watch = watch
        self._in_hand: datetime | None = None
        self._stopping = asyncio.Event()

    @property
    def behind(self) -> timedelta:
        """How long the oldest message in hand has waited to be stored."""
        if self._in_hand is None:
            return timedelta()
        return max(timedelta(), self._watch.clock() - self._in_hand)

    async def run(self, stopping: asyncio.Event) -> None:
        """Take batch after batch until told to stop; the one in hand is finished.

        Where the database is away then, it is given up, unconfirmed.
        """
        self._stopping = stopping
        stop = asyncio.create_task(stopping.wait(), name=f"{self.name} stop")
        try:
            while not stopping.is_set():
                poll = asyncio.ensure_future(self._source.poll())
                await asyncio.wait({poll, stop}, return_when="FIRST_COMPLETED")
                if not poll.done():
                    poll.cancel()
                    return
                await self.take(poll.result())
        finally:
            stop.cancel()

    async def take(self, messages: Sequence[Message]) -> None:
        """Examine, store and confirm these messages."""
        self._in_hand = messages[0].received
        with self._watch.metrics.batch_seconds.labels(self.name).time():
            findings = await self._examine(messages)
            settled = await self._settle(findings)
        if len(settled) == len(findings):
            self._watch.health.well(f"{self.name} frames")
        await self._answer(settled)
        if not self._source.depth:
            self._in_hand = None

    async def _examine(self, messages: Sequence[Message]) -> list[Finding]:
        trust = self._trust

        def open_some(some: list[Message]) -> list[Finding]:
            return [examine(one, trust.sealing, trust.directory) for one in some]

        return await _in_threads(open_some, messages)

    async def _settle(self, findings: Sequence[Finding]) -> list[Finding]:
        """Commit all of it, or each alone where one of them spoils it."""
        try:
            unkept = await self._commit(findings)
        except DatabaseError as error:
            if error.retry:
                return []  # we are to stop, and the database is away
            return await self._settle_apart(findings, error)
        except Exception as error:  # noqa: BLE001  # a rule that breaks on one frame may not stop the others; it is not confirmed, logged and on /healthz
            return await self._settle_apart(findings, error)
        self._watch.health.well(self.name)
        if unkept:
            self._watch.health.trouble(f"{self.name} frames", FULL_OF_REFUSED)
        return [
            one for one in findings if isinstance(one, Gone) or one.digest not in unkept
        ]

    async def _settle_apart(
        self, findings: Sequence[Finding], error: Exception
    ) -> list[Finding]:
        if len(findings) > 1:
            apart = [await self._settle([finding]) for finding in findings]
            return [finding for settled in apart for finding in settled]
        (finding,) = findings
        refused = _refused_as_data(finding, error)
        if refused is not None:
            return await self._settle([refused])
        log.error("frame.unsettled", lane=self.name, exc_info=error)
        why = f"a frame is not stored: {type(error).__name__}"
        self._watch.health.trouble(f"{self.name} frames", why)
        self._watch.metrics.frames.labels(self.name, "failed").inc()
        return []

    async def _commit(self, findings: Sequence[Finding]) -> frozenset[str]:
        wait = RETRY_MIN_S
        while True:
            try:
                stored = await self._store(findings)
            except DatabaseError as error:
                if not error.retry or self._stopping.is_set():
                    raise
                log.warning("batch.retried", lane=self.name, reason=str(error))
                self._watch.health.trouble(self.name, str(error))
                await asyncio.sleep(wait)
                wait = min(wait * 2, RETRY_MAX_S)
            else:
                self._count(findings, stored)
                return stored.unkept

    async def _store(self, findings: Sequence[Finding]) -> Stored:
        heard = [one for one in findings if isinstance(one, Heard)]
        parts = [one for one in findings if isinstance(one, HeardPart)]
        async with self._database.transaction() as transaction:
            stored = await store(transaction, heard)
            await self._pictures.keep_parts(transaction, parts)
            for gone in (one for one in findings if isinstance(one, Gone)):
                device, way = gone.path
                await transaction.run(_QUERIES["gone"], device=device, way=way)
            unkept = await set_aside(transaction, _doubtful(findings))
            await self._judge(transaction, stored.new)
            await _notify(transaction, stored)
        if parts:
            await self._pictures.complete()
        return replace(stored, unkept=unkept)

    async def _judge(self, transaction: Transaction, new: Sequence[EventRow]) -> None:
        sites = sorted({row.site for row in new if row.kind in self._rules.kinds})
        if not sites:
            return
        locked = await transaction.one(_QUERIES["lock_sites"], sites=sites)
        await self._rules.judge(transaction, new, locked["now"])

    async def _answer(self, settled: Sequence[Finding]) -> None:
        write = partial(receipts, key=self._trust.answering, now=self._watch.clock())
        for answer in await _in_threads(write, settled):
            if not self._source.answer(answer.topic, answer.payload):
                self._watch.metrics.unanswered.inc()

    def _count(self, findings: Sequence[Finding], stored: Stored) -> None:
        metrics = self._watch.metrics
        metrics.rows.labels(self.name).inc(stored.rows)
        metrics.duplicates.labels(self.name).inc(stored.duplicates)
        for finding in findings:
            aside = isinstance(finding, SetAside)
            outcome = "set_aside" if aside else "stored"
            metrics.frames.labels(self.name, outcome).inc()
        for doubtful in _doubtful(findings):
            metrics.set_aside.labels(doubtful.refusal).inc()


async def _in_threads(
    work: Callable[[list[S]], list[T]], things: Iterable[S]
) -> list[T]:
    chunks = iter(things)
    jobs = []
    while chunk := list(islice(chunks, CHUNK)):
        jobs.append(asyncio.to_thread(work, chunk))
    return [one for done in await asyncio.gather(*jobs) for one in done]


def _doubtful(findings: Iterable[Finding]) -> list[SetAside]:
    found = [one for one in findings if isinstance(one, SetAside)]
    found += [
        SetAside(one.message, one.digest, one.path, one.known, "bad_body", one.doubt)
        for one in findings
        if isinstance(one, Heard) and one.doubt is not None
    ]
    return found


def _refused_as_data(finding: Finding, error: Exception) -> SetAside | None:
    """Give what becomes of a frame whose content the database cannot hold."""
    if not isinstance(error, DatabaseError) or isinstance(finding, Gone | SetAside):
        return None
    if (error.sqlstate or "")[:2] not in DATA_IS_WRONG:
        return None
    return SetAside(
        finding.message,
        finding.digest,
        finding.path,
        finding.known,
        "bad_body",
        f"the database cannot hold it ({error.sqlstate})",
    )


async def _notify(transaction: Transaction, stored: Stored) -> None:
    # The unit alone: whoever may connect may also listen.
    units = {row.unit for row in stored.new if row.kind != "heartbeat"}
    for unit in sorted(units | stored.returned):
        await transaction.notify("site", unit)
