"""An alarm overtakes a day of backlog: on the edge, at the broker, in the collector."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from random import Random

import psycopg
import pytest

from collector.blob import open_store
from collector.database import Database, Transaction
from collector.fleet.directory import directory_of
from collector.fleet.sync import sync
from collector.incident.judge import judge
from collector.incident.rules import kinds_with_rules
from collector.intake.lane import Lane, Trust
from collector.intake.picture import Pictures
from collector.intake.row import EventRow
from collector.intake.settle import Rules, Shelf, Watch
from collector.intake.source import Broker, MqttSource, Subscription
from collector.metrics import Health, Metrics
from edge.album import Album
from edge.dispatch import Dispatch, Sender
from edge.outbox import Outbox
from edge.receipts import Receipts
from edge.uplink import Broker as EdgeBroker
from edge.uplink import Uplink
from sites.event import PanicPressed
from sites.frame import unseal, verify
from sites.topic import Path as Way
from tests.collector import world
from tests.collector.databases import Role
from tests.collector.waiting import until
from tests.edge.records import measurement
from tests.edge.wire import RecordingWire
from tests.servers.mosquitto import Broker as Mosquitto

BACKLOG = 100_000
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a tmpfs
KEY = world.DEVICE_KEYS[world.STATION]
CHANCE = Random(1)  # noqa: S311  # jitter, no secret
PANIC = PanicPressed(at=world.NOW, sensor=4, silent=False)


@pytest.fixture(scope="module")
def box() -> Iterator[Outbox]:
    """Give an outbox in which a day of measurements waits."""
    with (
        tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder,
        Outbox(Path(folder) / "outbox", world.NOW) as outbox,
    ):
        for _ in range(BACKLOG):
            outbox.append(measurement(at=world.NOW))
        yield outbox


def dispatch(outbox: Outbox) -> Dispatch:
    sender = Sender(
        world.STATION, KEY, world.COLLECTOR_SEAL.public_key, lambda: world.NOW
    )
    receipts = Receipts(world.STATION, KEY, world.COLLECTOR_SIGN.verify_key)
    album = Album(outbox.folder / "pictures", world.STATION)
    return Dispatch(sender, outbox, album, receipts, CHANCE)


def test_on_the_edge_an_alarm_is_the_next_frame_whatever_waits(box: Outbox):
    station, wire = dispatch(box), RecordingWire()
    station.send(wire, 0.0)
    before = len(wire.sent)
    seq = box.append(PANIC)
    assert box.backlog("up") == BACKLOG
    station.send(wire, 0.1)
    channel, sealed = wire.sent[before]
    frame = verify(unseal(sealed, world.COLLECTOR_SEAL), KEY.verify_key)
    assert channel == "al"
    assert [record.seq for record in frame.records] == [seq]
    assert len(wire.sent) == before + 1


@asynccontextmanager
async def intake(
    name: str, topic: str, broker: Mosquitto, url: str, folder: Path
) -> AsyncIterator[MqttSource]:
    """Run one lane as the collector does, on a connection of its own to both."""
    inventory = world.inventory()

    async def by_the_rules(
        transaction: Transaction, rows: Sequence[EventRow], now: datetime
    ) -> None:
        await judge(transaction, inventory, rows, now)

    async with Database.open(url, name) as database:
        await sync(database, inventory)
        source = MqttSource(
            Broker(broker.host, broker.port),
            Subscription(f"overtake-{name}", (topic,)),
            lambda: world.NOW,
            list,
        )
        lane = Lane(
            name,
            source,
            Shelf(database, Pictures(database, open_store(str(folder)))),
            Trust(world.COLLECTOR_SEAL, world.COLLECTOR_SIGN, directory_of(inventory)),
            Rules(by_the_rules, kinds_with_rules(inventory)),
            Watch(Metrics.new(), Health(), lambda: world.NOW),
        )
        stopping = asyncio.Event()
        keeping = asyncio.create_task(source.keep(), name=f"broker of {name}")
        taking = asyncio.create_task(lane.run(stopping), name=f"intake of {name}")
        try:
            await until(lambda: source.listening_since is not None)
            yield source
        finally:
            stopping.set()
            await taking
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping


async def test_an_alarm_is_stored_while_nearly_all_of_the_backlog_still_waits(
    box: Outbox,
    broker: Mosquitto,
    database_url: Callable[[Role], str],
    owner: psycopg.Connection[tuple[object, ...]],
    tmp_path: Path,
):
    def stored(table: bytes) -> int:
        query = b"select count(*) from store." + table
        row = owner.execute(query).fetchone()
        assert row is not None
        return int(str(row[0]))

    url, way = database_url("wachtpost_collector"), Way(world.STATION, 1)
    station = dispatch(box)
    uplink = Uplink(
        EdgeBroker(broker.host, broker.port), way, station.serve, station.ring, CHANCE
    )
    async with (
        intake("alarms", way.topic("al"), broker, url, tmp_path),
        intake("plain", way.topic("up"), broker, url, tmp_path),
    ):
        sending = asyncio.create_task(uplink.run(), name="uplink")
        await until(lambda: box.backlog("up") < BACKLOG - 1000)
        await until(lambda: box.backlog("al") == 0)
        begun = box.backlog("up")
        box.append(PANIC)
        station.ring()
        await until(lambda: box.backlog("al") == 0)
        passed = begun - box.backlog("up")
        measurements, panics = stored(b"measurement"), stored(b"event")
        incidents = stored(b"incident")
        sending.cancel()
        await asyncio.wait([sending])
    assert panics >= 2  # the run's start, and the alarm
    assert incidents == 1
    assert measurements < BACKLOG // 10
    # it waits for what is under way (400 at most) a few times over, not for the rest
    assert passed < BACKLOG // 20
