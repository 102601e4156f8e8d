"""A lane on a real database, with a source that hands over what the test gives it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nacl.signing import VerifyKey

from collector.blob import open_store
from collector.database import Database, Limits, Transaction
from collector.fleet.directory import directory_of
from collector.fleet.sync import sync
from collector.incident.judge import judge
from collector.incident.rules import kinds_with_rules
from collector.intake.found import Judge
from collector.intake.lane import Lane, Trust
from collector.intake.picture import Pictures
from collector.intake.row import EventRow
from collector.intake.settle import Rules, Shelf, Watch
from collector.intake.source import Message
from collector.metrics import Health, Metrics
from sites.answer import Receipt, open_answer
from sites.frame import digest
from sites.inventory import Inventory
from sites.topic import Channel
from sites.topic import Path as WirePath
from tests.collector import world


@dataclass
class HandSource:
    """Gives what it is handed, keeps what it is told to send."""

    answers: list[tuple[str, bytes]] = field(default_factory=list)
    waiting: asyncio.Queue[Sequence[Message]] = field(default_factory=asyncio.Queue)
    connected: bool = True
    depth: int = 0
    listening_since: datetime | None = world.NOW

    async def poll(self) -> Sequence[Message]:
        return await self.waiting.get()

    def answer(self, topic: str, payload: bytes) -> bool:
        if self.connected:
            self.answers.append((topic, payload))
        return self.connected


@dataclass
class Bench:
    """A lane and everything it touches."""

    lane: Lane
    source: HandSource
    database: Database
    pictures: Path
    metrics: Metrics
    health: Health
    judged: list[EventRow]
    inventory: Inventory

    async def take(self, *frames: bytes, device: str = world.STATION) -> list[Receipt]:
        """Let frames of one device come in; give the receipts it gets for them."""
        return await self.take_on("up", *frames, device=device)

    async def take_on(
        self, channel: Channel, *frames: bytes, device: str = world.STATION
    ) -> list[Receipt]:
        before = len(self.source.answers)
        await self.lane.take([message(frame, device, channel) for frame in frames])
        return [
            open_receipt(topic, payload)
            for topic, payload in self.source.answers[before:]
        ]


def message(
    payload: bytes,
    device: str = world.STATION,
    channel: Channel = "up",
    received: datetime = world.NOW,
) -> Message:
    return Message(WirePath(device, 1).topic(channel), payload, received)


def open_receipt(topic: str, payload: bytes) -> Receipt:
    """Open a receipt as the device does to which it was sent."""
    device = topic.split("/")[2].rpartition("-")[0]
    collector: VerifyKey = world.COLLECTOR_SIGN.verify_key
    answer = open_answer(payload, world.DEVICE_KEYS[device], collector)
    assert isinstance(answer, Receipt)
    return answer


def outcomes(receipts: Sequence[Receipt]) -> dict[str, str]:
    """Give what was said of each frame, by digest."""
    return {one.frame: one.reason or one.outcome for one in receipts}


def told(*frames: bytes, outcome: str = "stored") -> dict[str, str]:
    return {digest(frame): outcome for frame in frames}


@asynccontextmanager
async def bench(
    url: str, folder: Path, judging: Judge | None = None, limits: Limits | None = None
) -> AsyncIterator[Bench]:
    """Open a lane with the real rules, or with what the test judges by."""
    inventory = world.inventory()
    judged: list[EventRow] = []

    async def real(
        transaction: Transaction, rows: Sequence[EventRow], now: datetime
    ) -> None:
        judged.extend(rows)
        await (judging or by_the_rules)(transaction, rows, now)

    async def by_the_rules(
        transaction: Transaction, rows: Sequence[EventRow], now: datetime
    ) -> None:
        await judge(transaction, inventory, rows, now)

    async with Database.open(url, "bench", limits) as database:
        await sync(database, inventory)
        source, metrics, health = HandSource(), Metrics.new(), Health()
        lane = Lane(
            "plain",
            source,
            Shelf(database, Pictures(database, open_store(str(folder)))),
            Trust(world.COLLECTOR_SEAL, world.COLLECTOR_SIGN, directory_of(inventory)),
            Rules(real, kinds_with_rules(inventory)),
            Watch(metrics, health, lambda: world.NOW),
        )
        yield Bench(lane, source, database, folder, metrics, health, judged, inventory)
