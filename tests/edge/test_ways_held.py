"""Who holds the broker of one path cannot hold back what a device has to say."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random

import pytest

from edge import ways as room
from edge.dispatch import Dispatch
from edge.outbox import Outbox
from edge.slots import Slots
from edge.uplink import Broker, Uplink
from edge.ways import Ways
from sites.frame import digest
from sites.keys import new_device_id
from sites.topic import Path as Way
from tests.edge.collector_side import CollectorSide
from tests.edge.line import on, until
from tests.edge.records import NOON, measurement, panic
from tests.edge.wire import RecordingWire, dispatch, receipt, slots
from tests.servers.mosquitto import Broker as Mosquitto

CHANCE = Random(1)  # noqa: S311  # jitter, no secret
OLD = "a" * 64  # the name of a frame that was confirmed long ago


@pytest.fixture
def device() -> str:
    """Give a device of the test's own."""
    return new_device_id()


@pytest.fixture
def sides(broker: Mosquitto, device: str) -> Iterator[tuple[CollectorSide, ...]]:
    """Give the collector on each of the device's paths."""
    with ExitStack() as stack:
        sides = [CollectorSide(broker.port, Way(device, way)) for way in (1, 2)]
        yield tuple(stack.enter_context(side) for side in sides)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox", NOON) as outbox:
        yield outbox


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "IDLE_S", 0.2)
    monkeypatch.setattr(room, "LIVES_S", 0.8)
    monkeypatch.setattr(room, "LOOK_S", 0.05)


@asynccontextmanager
async def connected(port: int, device: str, ways: Ways) -> AsyncIterator[None]:
    """Keep both paths of a device up on a real broker."""
    server = Broker("127.0.0.1", port)
    async with AsyncExitStack() as stack:
        for rank in (0, 1):
            serve = partial(ways.serve, rank)
            uplink = Uplink(server, Way(device, rank + 1), serve, ways.ring, CHANCE)
            task = asyncio.create_task(uplink.run(), name=f"path {rank}")
            stack.push_async_callback(asyncio.wait, [task])
            stack.callback(task.cancel)
        yield


def junk(side: CollectorSide, _: Outbox) -> None:
    side.send_down(b"x" * 512)


def replay(side: CollectorSide, _: Outbox) -> None:
    side.answer(side.stored(OLD))


def plain_alone(side: CollectorSide, box: Outbox) -> None:
    box.append(measurement())
    side.answers = lambda name: None if side.came[-1][0] == "al" else side.stored(name)


@pytest.mark.parametrize("held", [junk, replay, plain_alone])
async def test_a_broker_that_keeps_an_alarm_gives_its_turn_away(
    broker: Mosquitto,
    sides: tuple[CollectorSide, CollectorSide],
    box: Outbox,
    tmp_path: Path,
    held: Callable[[CollectorSide, Outbox], None],
):
    first, second = sides
    first.answers, second.answers = first.stored, second.stored
    ways = Ways(dispatch(box, tmp_path, first.device))
    async with connected(broker.port, first.device, ways):
        await until(lambda: not box.backlog("al") and second.frames)
        await until(lambda: ways.first == 0)
        first.answers = None
        for _ in range(2):  # it may have its turn again, and keep the next one
            box.append(panic())
            async with asyncio.timeout(30):
                while box.backlog("al"):
                    held(first, box)
                    ways.ring()
                    await asyncio.sleep(0.05)
    assert [record.seq for record in second.records if record.lane == "al"][-1] == 3


async def test_a_receipt_that_comes_again_is_no_sign_of_life(
    box: Outbox, tmp_path: Path
):
    ways = Ways(dispatch(box, tmp_path))
    async with on(ways, 0) as first, on(ways, 1) as second:
        await until(lambda: not box.backlog("al") and second.idled)
        first.deaf = True
        kept = [receipt(sealed) for _, sealed in first.sent]
        async with asyncio.timeout(30):
            while ways.first == 0:
                first.coming.extend([*kept, b"junk"])
                ways.ring()
                await asyncio.sleep(0.01)
        assert not second.lost


async def test_without_another_path_that_lives_an_alarm_goes_on_being_tried(
    box: Outbox, tmp_path: Path
):
    ways = Ways(dispatch(box, tmp_path))
    async with on(ways, 0) as first, on(ways, 1) as second:
        first.deaf = second.deaf = True
        first.coming.clear()
        second.coming.clear()
        await until(lambda: sum(channel == "al" for channel, _ in first.sent) >= 3)
        assert ways.first == 0


def test_a_receipt_counts_once_for_what_was_under_way(box: Outbox, tmp_path: Path):
    station, wire = dispatch(box, tmp_path), RecordingWire()
    station.send(wire, 7.0)
    check_receipts(station, wire.sent[0][1])


def test_a_receipt_counts_once_in_a_home_too(box: Outbox):
    home = slots(box)
    check_receipts(home, home.compose(7.0))


def check_receipts(way: Dispatch | Slots, alarm: bytes) -> None:
    """Hear the receipts of an alarm that went at 7.0, and of a sign of life."""
    assert way.alarm_since == 7.0
    assert not way.hear(b"junk", 8.0)
    assert way.hear(receipt(alarm), 8.0)
    assert not way.hear(receipt(alarm), 8.0)
    assert way.alarm_since == float("inf")
    _, life = way.sign_of_life()
    assert not way.hear(receipt(life), 8.0, OLD)
    assert way.hear(receipt(life), 8.0, digest(life))
