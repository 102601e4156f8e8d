"""What a device had to drop, or lost, is no gap; a path that carries nothing lives."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from collector.intake.presence import Listening
from collector.intake.source import Message
from collector.intake.watch import PresenceWatch
from collector.metrics import Health
from edge.album import Album
from edge.dispatch import Dispatch, Sender
from edge.entry import HEADER_BYTES
from edge.outbox import Outbox, OutboxPlan
from edge.receipts import Receipts
from sites.topic import Path as Way
from tests.collector import world
from tests.collector.intake.bench import Bench, message
from tests.collector.world import NOW, STATION
from tests.edge.records import fill, measurement, opened, panic
from tests.edge.wire import RecordingWire

Owner = psycopg.Connection[tuple[object, ...]]
PLAN = OutboxPlan(limit=32 * 1024, segment=4096, reserve=4096)
KEY = world.DEVICE_KEYS[STATION]
CHANCE = Random(1)  # noqa: S311  # jitter, no secret


def dispatch(box: Outbox, now: Callable[[], datetime] = lambda: NOW) -> Dispatch:
    sender = Sender(STATION, KEY, world.COLLECTOR_SEAL.public_key, now)
    receipts = Receipts(STATION, KEY, world.COLLECTOR_SIGN.verify_key)
    return Dispatch(sender, box, Album(box.folder / "parts", STATION), receipts, CHANCE)


async def carry(box: Outbox, lane: Bench, *, most: int = 10_000) -> None:
    """Bring so many frames at most to the collector, and its receipts back."""
    station, wire = dispatch(box), RecordingWire()
    for _ in range(most):
        station.send(wire, 0.0)
        if not wire.sent:
            return
        for channel, sealed in wire.sent:
            await lane.lane.take([message(sealed, STATION, channel)])
        wire.sent.clear()
        for _, payload in lane.source.answers:
            station.hear(payload, 0.0)
        lane.source.answers.clear()


def rows(owner: Owner, text: str) -> list[Any]:
    return owner.execute(text.encode()).fetchall()


async def held_against_it(lane: Bench, owner: Owner) -> tuple[list[Any], ...]:
    """Give the gaps, the frames set aside and the numbers said to come twice."""
    ears = Listening(timedelta(days=1))

    async def nobody(*_: object) -> None:
        """Judge nothing."""

    watch = PresenceWatch(lane.database, lane.inventory, nobody, lambda: ears, Health())
    await watch.look()
    return (
        rows(owner, "select run, lane, first, last from store.gap"),
        rows(owner, "select detail from store.frame_set_aside"),
        rows(owner, "select data from store.event where kind = 'number.reused'"),
    )


NOTHING: tuple[list[Any], ...] = ([], [], [])


async def test_what_was_dropped_for_want_of_room_is_no_gap(
    lane: Bench, owner: Owner, tmp_path: Path
):
    with Outbox(tmp_path / "outbox", NOW, PLAN) as box:
        for number in range(1500):
            box.append(opened(at=NOW) if number % 50 == 0 else measurement(at=NOW))
        await carry(box, lane)
        assert (box.backlog("al"), box.backlog("up")) == (0, 0)
    (stored,) = rows(owner, "select count(*) from store.measurement")
    assert 0 < stored[0] < 1000
    contacts = "select count(*) from store.event where kind = 'contact.opened'"
    assert rows(owner, contacts) == [(30,)]
    assert await held_against_it(lane, owner) == NOTHING


async def test_what_had_come_before_it_was_dropped_is_no_number_used_twice(
    lane: Bench, owner: Owner, tmp_path: Path
):
    with Outbox(tmp_path / "outbox", NOW, PLAN) as box:
        fill(box, measurement(at=NOW), 200)
        station, wire = dispatch(box), RecordingWire()
        station.send(wire, 0.0)
        for channel, sealed in wire.sent:
            await lane.lane.take([message(sealed, STATION, channel)])
        lane.source.answers.clear()  # no receipt comes down
    later = NOW + timedelta(seconds=60)
    with Outbox(tmp_path / "outbox", later, PLAN) as box:
        fill(box, measurement(at=later), 600)
        await carry(box, lane)
        assert box.backlog("up") == 0
    (stored,) = rows(owner, "select count(*) from store.measurement")
    assert stored[0] > 200
    assert await held_against_it(lane, owner) == NOTHING


async def test_what_a_damaged_segment_lost_is_no_gap(
    lane: Bench, owner: Owner, tmp_path: Path
):
    with Outbox(tmp_path / "outbox", NOW, PLAN) as box:
        fill(box, opened(at=NOW), 120)
        fill(box, panic(at=NOW), 5)
    for place, path in enumerate(sorted((tmp_path / "outbox").glob("*.seg"))):
        data = bytearray(path.read_bytes())
        begin = HEADER_BYTES + 150 * (place + 1)
        data[begin : begin + 200] = bytes(200)
        path.write_bytes(data)
    with Outbox(tmp_path / "outbox", NOW + timedelta(seconds=9), PLAN) as box:
        fill(box, opened(at=NOW), 3)
        await carry(box, lane)
    dropped = "select count(*) from store.event where kind = 'records.dropped'"
    assert rows(owner, dropped) >= [(3,)]
    assert await held_against_it(lane, owner) == NOTHING


async def test_the_idle_path_of_a_station_is_heard_and_answered_a10(
    lane: Bench, owner: Owner, tmp_path: Path
):
    with Outbox(tmp_path / "outbox", NOW) as box:
        channel, sealed = dispatch(box).sign_of_life()
    second = Message(Way(STATION, 2).topic(channel), sealed, NOW)
    await lane.lane.take([second])
    assert [topic for topic, _ in lane.source.answers] == [
        Way(STATION, 2).topic("down")
    ]
    assert rows(owner, "select way, lost_since from store.path_state") == [(2, None)]
