"""The collector's process: puts its parts together, runs them, ends in order."""

import asyncio
import gc
import sys
import time
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from collector.database import Database, Transaction
from collector.errors import DatabaseError
from collector.fleet.courier import Courier
from collector.fleet.directory import directory_of
from collector.fleet.expiry import Ends, Expiry
from collector.fleet.flow import Flow
from collector.fleet.gate import Gate, Line
from collector.fleet.issuing import Issuing, RevokedList
from collector.fleet.papers import REVOKED, Issuers
from collector.fleet.renewal import Renewals
from collector.fleet.standing import Standings
from collector.fleet.sync import sync
from collector.incident.escalator import Escalator
from collector.incident.judge import judge
from collector.incident.rounds import Rounds
from collector.incident.rules import kinds_with_rules
from collector.intake.cut import cut
from collector.intake.lane import Lane, Trust
from collector.intake.picture import Pictures
from collector.intake.presence import Listening
from collector.intake.row import EventRow
from collector.intake.settle import Rules, Shelf, Watch
from collector.intake.source import MqttSource, Subscription
from collector.intake.watch import PresenceWatch
from collector.keep.auditor import Auditor
from collector.keep.correct import Corrector
from collector.keep.scheduler import Keeper
from collector.keep.terms import Terms
from collector.metrics import Health, Metrics
from collector.migrate import require_current
from collector.notify import outgoing
from collector.page import serve
from collector.settings import Ready
from collector.stores import Stores, open_stores
from collector.watchdog import missed
from sites.certificate import read_leaf
from sites.inventory import Inventory
from sites.load import load
from sites.topic import ALARMS, BLOBS, GONE, PLAIN
from sites.topic import Path as Way

log = structlog.get_logger()

LANES: dict[str, tuple[str, ...]] = {
    "alarms": (ALARMS, GONE),
    "plain": (PLAIN,),
    "pictures": (BLOBS,),
}
AWAIT_S = 2.0
GARBAGE = 20_000  # objects between two looks for garbage
TURN_S = 0.0005  # ten times shorter than Python's own
UNPROVEN = "hearing"  # what comes is stored; what does not come is not missed
HEARING = ("alarms", "plain")  # the lanes on which a sign of life comes


def utc_now() -> datetime:
    """Give the time; the only place of this process that asks the machine."""
    return datetime.now(UTC)


class Collector:
    """One process of it: any number may work side by side."""

    def __init__(self, ready: Ready, inventory: Inventory, stores: Stores) -> None:
        self.metrics = Metrics.new()
        self.health = Health(clock=utc_now)
        self._ready = ready
        self._inventory = inventory
        self._stores = stores
        # Where the broker asks nobody for a certificate, as in the demo, nor do we.
        self._standings = Standings(required=ready.broker.tls is not None)
        self._flow = Flow(directory_of(inventory), time.monotonic())
        line = Line(self._cut, self._flow.take)
        self._gate = Gate(stores.others, self._standings, line, utc_now, self.health)
        papers = ready.settings.broker_tls
        # As it was when we connected: a new one is read at the next start.
        self._own = read_leaf((papers / "cert.pem").read_bytes()) if papers else None
        self._sources = {name: self._source(name) for name in LANES}
        self._lanes = {name: self._lane(name) for name in LANES}

    async def begin(self) -> None:
        """Learn who may speak; raises DatabaseError."""
        await self._gate.load()

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop; then finish what is in hand and return."""
        presence = PresenceWatch(
            self._stores.others,
            self._inventory,
            self._judge,
            self.listening,
            self.health,
            self._ready.settings.name,
        )
        async with asyncio.TaskGroup() as group:
            finishing = [
                group.create_task(lane.run(stopping), name=f"intake of {name}")
                for name, lane in self._lanes.items()
            ]
            finishing.append(group.create_task(presence.run(stopping), name="presence"))
            others = [
                group.create_task(source.keep(), name=f"broker of {name}")
                for name, source in self._sources.items()
            ]
            others += self._side_tasks(group)
            await stopping.wait()
            log.info("collector.told_to_stop")
            await asyncio.wait(finishing)
            for task in others:
                task.cancel()

    def listening(self) -> Listening | None:
        """Say how long we have heard every sign of life, None where we do not."""
        now = utc_now()
        sources = [self._sources[name] for name in HEARING]
        if any(one.listening_since is None for one in sources):
            self.health.trouble("broker", "not connected: nothing is heard")
            return None
        self.health.well("broker")
        stretches = [one.proven for one in sources]
        heard = [one for one in stretches if one is not None]
        if len(heard) < len(stretches):
            self.health.trouble(UNPROVEN, "no word of our own comes back: see its acl")
            return None
        self.health.well(UNPROVEN)
        behind = max(self._lanes[name].behind for name in HEARING)
        since = now - max(one.since for one in heard)
        unproven = now - min(one.until for one in heard)
        return Listening(max(timedelta(), since), max(behind, unproven))

    def _side_tasks(self, group: asyncio.TaskGroup) -> list[asyncio.Task[None]]:
        ready, tasks = self._ready, []
        page = serve(ready.health, self.health, self.metrics)
        tasks.append(group.create_task(page, name="health page"))
        stores, terms = self._stores, Terms.of(self._inventory)
        keeper = Keeper(stores.keep, stores.blobs, terms, self.health)
        tasks.append(group.create_task(keeper.run(), name="keep"))
        auditor = Auditor(self._stores.keep, ready.signing, self.health)
        tasks.append(group.create_task(auditor.run(), name="audit"))
        corrector = Corrector(self._stores.others, self.health)
        tasks.append(group.create_task(corrector.run(), name="corrections"))
        courier = Courier(
            self._stores.others,
            directory_of(self._inventory),
            ready.signing,
            self._sources["alarms"].answer,
            utc_now,
            self.health,
        )
        tasks.append(group.create_task(courier.run(), name="commands"))
        for name, work in self._desk().items():
            tasks.append(group.create_task(work, name=name))
        tasks.append(group.create_task(self._gate.run(), name="gate"))
        if ready.broker.tls is not None:
            expiry = Expiry(self._stores.others, self._ends, utc_now, self.health)
            tasks.append(group.create_task(expiry.run(), name="expiry"))
        if ready.issuers is not None:
            issuing = self._issuing(ready.issuers)
            tasks.append(group.create_task(issuing.run(), name="certificates"))
        elif ready.broker.tls is not None:
            self.health.trouble("certificates", "no authority is set: none is renewed")
        others = self._stores.others
        tasks += outgoing.start(group, others, ready.messages, utc_now, self.health)
        return tasks

    def _desk(self) -> dict[str, Coroutine[None, None, None]]:
        others, inventory, health = self._stores.others, self._inventory, self.health
        return {
            "rounds": Rounds(others, inventory, self._judge, health).run(),
            "watchdog": missed.run(others, health),
            "escalation": Escalator(others, inventory, utc_now, health).run(),
        }

    def _source(self, name: str) -> MqttSource:
        settings = self._ready.settings
        share = "$share/wachtpost/" if settings.share else ""
        topics = tuple(share + topic for topic in LANES[name])
        dropped = self.metrics.frames.labels(name, "dropped")
        source = MqttSource(
            self._ready.broker,
            Subscription(f"{settings.name}-{name}", topics),
            utc_now,
            dropped.inc,
            self._flow.note,
        )
        self.metrics.waiting.labels(name).set_function(lambda: source.depth)
        return source

    def _lane(self, name: str) -> Lane:
        ready = self._ready
        database: Database = getattr(self._stores, name)
        pictures = Pictures(self._stores.pictures, self._stores.blobs)
        return Lane(
            name,
            self._sources[name],
            Shelf(database, pictures),
            Trust(
                ready.sealing,
                ready.signing,
                directory_of(self._inventory),
                self._standings.judge,
            ),
            Rules(self._judge, kinds_with_rules(self._inventory)),
            Watch(self.metrics, self.health, utc_now),
        )

    def _issuing(self, issuers: Issuers) -> Issuing:
        others, folder = self._stores.others, self._ready.settings.authority
        renewals = Renewals(
            others,
            issuers.present,
            directory_of(self._inventory),
            self._ready.signing,
            self._sources["plain"].answer,
        )
        revoked = RevokedList(others, issuers, (folder or Path()) / REVOKED)
        return Issuing(others, renewals, revoked, utc_now, self.health)

    def _ends(self) -> Ends:
        ends = {"the broker": self._sources["alarms"].broker_until}
        if self._own is not None:
            ends["this collector"] = self._own.not_valid_after_utc
        if self._ready.issuers is not None:
            issuing = self._ready.issuers.present.certificate
            ends["the issuing authority"] = issuing.not_valid_after_utc
        return ends

    async def _cut(self, path: Way) -> None:
        await asyncio.to_thread(cut, self._ready.broker, path.text)

    async def _judge(
        self, transaction: Transaction, rows: Sequence[EventRow], now: datetime
    ) -> None:
        await judge(transaction, self._inventory, rows, now)


async def run(ready: Ready, stopping: asyncio.Event) -> None:
    """Bring the inventory in, then work until told to stop.

    A database that is not there yet is waited for.

    Raises:
        InventoryError: it does not load; every problem of it.
        DatabaseOlderError, DatabaseNewerError: migrate first.
    """
    inventory = load(ready.settings.inventory)
    # What stands by now stays: looking through it again and again for garbage, and
    # through each batch several times, took a fifth of the time that a record takes.
    gc.freeze()
    gc.set_threshold(GARBAGE)
    # The loop hears from the database a dozen times a batch, and each time it has to
    # wait this long for its turn where a thread examines the next one.
    sys.setswitchinterval(TURN_S)
    async with AsyncExitStack() as stack:
        stores = await open_stores(ready, stack)
        while not stopping.is_set():
            collector = Collector(ready, inventory, stores)
            try:
                await _begin(stores, inventory)
                await collector.begin()
            except DatabaseError as error:
                if not error.retry:
                    raise
                log.warning("database.awaited", reason=str(error))
                await _pause(stopping)
            else:
                await collector.run(stopping)
    log.info("collector.stopped")


async def _begin(stores: Stores, inventory: Inventory) -> None:
    capability = await require_current(stores.others)
    await sync(stores.others, inventory)
    await Pictures(stores.pictures, stores.blobs).complete()
    log.info("collector.started", capability=capability)


async def _pause(stopping: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(AWAIT_S):
            await stopping.wait()
