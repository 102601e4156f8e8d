"""A silent device and a lost path are shown, told once, and come back."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql

from collector.database import Transaction
from collector.incident.judge import judge
from collector.intake.presence import Listening
from collector.intake.row import EventRow
from collector.intake.source import Message
from collector.intake.watch import PresenceWatch
from collector.metrics import Health
from sites.event import ContactOpened
from sites.frame import encode_record
from sites.health import Heartbeat
from sites.topic import Path
from tests.collector import world
from tests.collector.intake.bench import Bench, message
from tests.collector.waiting import SECONDS, until
from tests.collector.world import NOW, Sender

pytestmark = pytest.mark.both_databases
Owner = psycopg.Connection[tuple[object, ...]]
RETURNED = (
    "select data ->> 'kind' from store.incident_log where what = 'returned' order by 1"
)
ALL_EARS = Listening(timedelta(days=1))


class Ears:
    def __init__(self) -> None:
        self.listening: Listening | None = ALL_EARS

    def __call__(self) -> Listening | None:
        return self.listening


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def watch(lane: Bench, ears: Ears) -> PresenceWatch:
    async def by_the_rules(
        transaction: Transaction, rows: Sequence[EventRow], now: datetime
    ) -> None:
        await judge(transaction, lane.inventory, rows, now)

    return PresenceWatch(lane.database, lane.inventory, by_the_rules, ears, Health())


async def hear(lane: Bench, device: str = world.STATION, run: int = 1) -> None:
    record = ContactOpened(seq=1, at=NOW, sensor=1, zone=1)
    frame = Sender(device, run=f"{run:016x}").frame(record)
    await lane.lane.take([message(frame, device)])


def age(owner: Owner, seconds: int) -> None:
    """Let everybody have been heard so many seconds ago."""
    for table in ("device_state", "path_state"):
        change = sql.SQL(
            "update store.{} set heard = now() - make_interval(secs => %s)"
        )
        owner.execute(change.format(sql.Identifier(table)), [seconds])


def rows(owner: Owner, text: str) -> list[Any]:
    return owner.execute(text.encode()).fetchall()


def device(owner: Owner) -> tuple[bool, bool]:
    ((shown, told),) = rows(
        owner,
        "select silent_since is not null, silent_told is not null"
        " from store.device_state",
    )
    return shown, told


async def test_a_station_is_told_after_twenty_seconds_and_once(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane)
    assert await watch.look() == []
    age(owner, 16)
    assert await watch.look() == []
    assert device(owner) == (False, False)
    age(owner, 19)
    (away,) = await watch.look()
    assert (away.row.kind, away.row.site, away.reason) == (
        "device.silent",
        "haven",
        "nothing_heard",
    )
    assert device(owner) == (True, True)
    assert await watch.look() == []
    assert rows(owner, "select cause from store.incident") == [("blind",)]


async def test_it_is_shown_and_an_incident_before_twenty_seconds_are_over(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane)
    age(owner, 16)
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(watch.run(stopping))
        await until(lambda: device(owner) == (True, True))
        stopping.set()
    ((after, opened),) = rows(
        owner,
        "select clock_timestamp() - heard, opened - heard"
        " from store.device_state join store.incident using (site)",
    )
    assert timedelta(seconds=17) < opened < after <= timedelta(seconds=20)


async def test_a_home_is_shown_first_and_told_at_ninety(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane, world.KIT)
    age(owner, 30)
    assert await watch.look() == []
    assert device(owner) == (True, False)
    age(owner, 80)
    assert await watch.look() == []
    age(owner, 95)
    assert {one.row.kind for one in await watch.look()} == {
        "device.silent",
        "path.lost",
    }
    assert device(owner) == (True, True)


async def test_two_who_watch_at_once_tell_it_once(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane)
    age(owner, 30)
    found = await asyncio.gather(watch.look(), watch.look())
    assert sorted(len(one) for one in found) == [0, 1]
    assert rows(owner, "select count(*) from store.incident") == [(1,)]


async def test_who_is_heard_for_the_first_time_is_noted(lane: Bench):
    notes = lane.database.notes("site")
    await anext(notes)
    beat = Heartbeat(at=NOW, uptime_s=1, backlog_al=0, backlog_up=0, disk_free=0.5)
    await lane.take(Sender().frame(beat))
    async with asyncio.timeout(SECONDS):
        assert (await anext(notes)).payload == "noord"
    await notes.aclose()


async def test_who_is_heard_again_is_there_and_may_fall_silent_again(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane)
    age(owner, 30)
    assert len(await watch.look()) == 1
    await hear(lane, run=2)
    assert device(owner) == (False, False)
    age(owner, 30)
    assert len(await watch.look()) == 1
    assert rows(owner, "select count(*) from store.incident") == [(1,)]
    assert rows(owner, "select kind from store.incident_record order by at") == [
        ("device.silent",),
        ("device.heard",),
        ("device.silent",),
    ]


async def test_an_old_frame_played_again_is_no_sign_of_life(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    beat = Heartbeat(at=NOW, uptime_s=1, backlog_al=0, backlog_up=0, disk_free=0.5)
    later = Heartbeat(at=NOW, uptime_s=9, backlog_al=0, backlog_up=0, disk_free=0.5)
    sender = Sender()
    old, last = sender.frame(beat), sender.frame(later)
    await lane.take(old, last)
    age(owner, 30)
    other_way = Message(Path(world.STATION, 2).topic("up"), old, NOW)
    await lane.lane.take([message(old), message(last), other_way])
    (away,) = await watch.look()
    assert away.row.kind == "device.silent"
    await lane.take(old)
    assert device(owner) == (True, True)
    assert rows(owner, "select way from store.path_state") == [(1,)]
    assert rows(owner, "select heartbeat ->> 'uptime_s' from store.device_state") == [
        ("9",)
    ]


@pytest.mark.parametrize(
    ("seq", "sent_at"),
    [(1, NOW + timedelta(seconds=5)), (2, NOW - timedelta(days=9))],
    ids=["no receipt came", "its clock was set back"],
)
async def test_a_live_device_is_heard_though_it(
    lane: Bench, owner: Owner, watch: PresenceWatch, seq: int, sent_at: datetime
):
    await hear(lane)
    age(owner, 30)
    record = ContactOpened(seq=seq, at=NOW, sensor=1, zone=1)
    sender = Sender(run=f"{1:016x}")
    await lane.take(sender.raw(encode_record(record), sent_at=sent_at))
    assert await watch.look() == []


async def test_a_last_will_is_a_lost_path_when_nothing_follows(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane)
    await lane.lane.take([message(b"0123456789abcdef", channel="gone")])
    assert await watch.look() == []
    owner.execute("update store.path_state set gone = now() - interval '13 seconds'")
    (away,) = await watch.look()
    assert (away.row.kind, away.reason) == ("path.lost", "last_will")
    assert rows(
        owner,
        "select lost_since is not null, lost_told is not null from store.path_state",
    ) == [(True, True)]
    assert await watch.look() == []


async def test_a_take_over_is_no_loss(lane: Bench, owner: Owner, watch: PresenceWatch):
    await hear(lane)
    await lane.lane.take([message(b"0123456789abcdef", channel="gone")])
    await hear(lane, run=2)
    assert rows(owner, "select gone from store.path_state") == [(None,)]
    assert await watch.look() == []


async def test_nobody_is_silent_while_we_do_not_listen(
    lane: Bench, owner: Owner, watch: PresenceWatch, ears: Ears
):
    await hear(lane)
    age(owner, 3600)
    for deaf in (None, Listening(timedelta(seconds=3)), Listening(timedelta())):
        ears.listening = deaf
        assert await watch.look() == []
    assert device(owner) == (False, False)


async def test_a_device_that_left_the_inventory_is_nobodys_worry(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane)
    age(owner, 3600)
    owner.execute("update store.device set removed = now()")
    assert await watch.look() == []


async def test_the_page_is_told_when_somebody_falls_silent(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane)
    age(owner, 30)
    notes = lane.database.notes("site", "incident")
    await anext(notes)
    await watch.look()
    heard = {
        (note.channel, note.payload.split()[0])
        for note in [await anext(notes), await anext(notes)]
    }
    await notes.aclose()
    assert heard == {("site", "noord"), ("incident", "noord")}


async def test_who_is_heard_again_is_noted_in_the_incident_of_the_silence(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane)
    age(owner, 100)
    await watch.look()
    await hear(lane, run=2)
    await hear(lane, run=3)
    assert rows(owner, RETURNED) == [("device.heard",), ("path.restored",)]
    assert rows(owner, "select state from store.incident") == [("open",)]


async def test_a_path_that_is_heard_while_it_is_found_lost_is_there_again(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane)
    owner.execute("update store.path_state set heard = now() - interval '95 s'")
    waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    heard: list[asyncio.Task[None]] = []

    async def heard_meanwhile(
        transaction: Transaction, found: Sequence[EventRow], now: datetime
    ) -> None:
        heard.append(asyncio.create_task(hear(lane, run=2), name="heard"))
        await until(lambda: rows(owner, waits) != [(0,)])
        await judge(transaction, lane.inventory, found, now)

    watch._judge = heard_meanwhile
    (away,) = await watch.look()
    assert away.row.kind == "path.lost"
    await asyncio.gather(*heard)
    assert rows(owner, "select lost_told from store.path_state") == [(None,)]
    assert rows(owner, RETURNED) == [("path.restored",)]
