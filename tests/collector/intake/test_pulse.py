"""A clock that is off is told once, and its records get the right time beside it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from collector.intake.source import Message
from collector.keep.correct import correct
from sites.event import AlarmRaised, ContactOpened, MeasurementTaken
from sites.frame import encode_record
from sites.health import ClockChanged, Heartbeat, RunStarted
from sites.record import Record
from sites.topic import Path as WirePath
from tests.collector import world
from tests.collector.databases import Role
from tests.collector.intake.bench import Bench, bench, message
from tests.collector.world import NOW, Sender

pytestmark = pytest.mark.both_databases
Owner = psycopg.Connection[tuple[object, ...]]
HOUR = timedelta(hours=1)
BOOT = datetime(1970, 1, 1, 0, 0, 30, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def rows(owner: Owner, text: str) -> list[Any]:
    return owner.execute(text.encode()).fetchall()


def told(owner: Owner) -> list[Any]:
    found = rows(
        owner, "select data from store.event where kind = 'clock.wrong' order by seq"
    )
    return [data["offset_s"] for (data,) in found]


class Device:
    """Writes by a clock of its own that is `off` from ours, and sends at once."""

    def __init__(self, lane: Bench, off: timedelta, run: str = world.RUN) -> None:
        self.lane = lane
        self.off = off
        self.run = run
        self.numbers = {"al": 0, "up": 0}

    def message(self, ours: datetime, *records: Record) -> Message:
        sender = Sender(run=self.run, lane=records[0].lane)
        numbered = []
        for record in records:
            self.numbers[record.lane] += 1
            fields = {name: getattr(record, name) for name in record.__struct_fields__}
            numbered.append(
                type(record)(**{**fields, "seq": self.numbers[record.lane]})
            )
        frame = sender.raw(*map(encode_record, numbered), sent_at=ours + self.off)
        return message(frame, channel=records[0].lane, received=ours)

    async def send(self, ours: datetime, *records: Record) -> None:
        await self.lane.lane.take([self.message(ours, *records)])

    async def beat(self, seconds: float) -> None:
        now = after(seconds)
        await self.send(
            now,
            Heartbeat(
                at=now + self.off, uptime_s=5, backlog_al=0, backlog_up=0, disk_free=0.5
            ),
        )


async def correct_all(lane: Bench) -> None:
    while await correct(lane.database):
        continue


def opened(at: datetime) -> ContactOpened:
    return ContactOpened(at=at, sensor=1, zone=1)


@pytest.mark.parametrize("skew", [6, -6])
async def test_a_skew_of_six_seconds_is_one_event_a18(
    lane: Bench, owner: Owner, skew: int
):
    device = Device(lane, timedelta(seconds=-skew))
    for seconds in range(0, 60, 5):
        await device.beat(seconds)
    await correct_all(lane)
    assert told(owner) == [skew]
    assert rows(owner, "select clock_offset, clock_told from store.device_state") == [
        (skew, skew)
    ]
    assert rows(
        owner,
        "select distinct corrected - at from store.event where kind = 'heartbeat'",
    ) == [(timedelta(seconds=skew),)]


async def test_a_clock_that_is_right_is_told_of_never_and_corrected_nowhere(
    lane: Bench, owner: Owner
):
    device = Device(lane, timedelta(seconds=-4))
    for seconds in range(0, 40, 5):
        await device.beat(seconds)
    assert told(owner) == []
    assert rows(owner, "select count(corrected) from store.event") == [(0,)]


async def test_a_day_of_backlog_is_no_clock_that_is_behind(lane: Bench, owner: Owner):
    device = Device(lane, timedelta())
    old = [opened(NOW - timedelta(hours=hours)) for hours in range(24, 0, -1)]
    resent = [
        message(
            Sender(run="e" * 16).raw(
                encode_record(ContactOpened(seq=n, at=NOW - HOUR, sensor=1, zone=1)),
                sent_at=NOW - HOUR,
            )
        )
        for n in range(1, 9)
    ]
    await lane.lane.take(resent)
    await device.send(after(1), *old)
    for seconds in range(5, 40, 5):
        await device.beat(seconds)
    assert told(owner) == []
    assert rows(owner, "select count(corrected) from store.event") == [(0,)]


async def test_an_old_frame_played_again_moves_no_clock(lane: Bench, owner: Owner):
    device = Device(lane, timedelta())
    old = device.message(NOW, opened(NOW))
    await lane.lane.take([old])
    for seconds in range(20, 80, 5):
        again = message(old.payload, received=after(seconds))
        await lane.lane.take([again])
    assert told(owner) == []
    assert rows(owner, "select clock_frames from store.device_state") == [(1,)]


async def test_measurements_and_alarms_are_corrected_as_well(lane: Bench, owner: Owner):
    device = Device(lane, HOUR)
    said = NOW + HOUR
    await device.send(
        NOW, MeasurementTaken(at=said, sensor=1, quantity="temperature", value=20.0)
    )
    await device.send(NOW, AlarmRaised(at=said, sensor=1, cause="contact"))
    assert rows(owner, "select at, corrected from store.measurement") == [(said, NOW)]
    assert rows(
        owner, "select at, corrected from store.event where kind = 'alarm.raised'"
    ) == [(said, NOW)]
    assert rows(owner, "select at, corrected from seen.measurement") == []


async def test_what_came_before_the_offset_was_known_is_corrected_then(
    lane: Bench, owner: Owner
):
    device = Device(lane, -HOUR)
    for seconds in (0, 5, 10, 15):
        await device.send(after(seconds), opened(after(seconds) - HOUR))
    await correct_all(lane)
    assert rows(
        owner,
        "select corrected from store.event where kind = 'contact.opened' order by at",
    ) == [(after(seconds),) for seconds in (0, 5, 10, 15)]


async def test_a_clock_set_right_corrects_what_was_written_before(
    lane: Bench, owner: Owner
):
    device = Device(lane, -HOUR)
    alarm = AlarmRaised(at=NOW - HOUR, sensor=1, cause="contact")
    await device.send(NOW, alarm)
    device.off = timedelta()
    changed = ClockChanged(at=after(60), seconds=3600.0)
    await device.send(after(60), changed)
    await device.send(after(61), opened(after(30) - HOUR), opened(after(61)))
    await correct_all(lane)
    assert rows(
        owner, "select kind, at, corrected from store.event order by received, seq"
    ) == [
        ("alarm.raised", NOW - HOUR, NOW),
        ("clock.changed", after(60), None),
        ("contact.opened", after(30) - HOUR, after(30)),
        ("contact.opened", after(61), None),
    ]
    assert told(owner) == []


async def test_a_box_that_began_in_1970_gets_its_alarms_their_time(
    lane: Bench, owner: Owner
):
    device = Device(lane, BOOT - NOW)
    alarm = AlarmRaised(at=BOOT, sensor=1, cause="contact")
    device.off = timedelta()
    changed = ClockChanged(at=after(90), seconds=(NOW - BOOT).total_seconds())
    await device.send(after(90), alarm)
    await device.send(after(91), changed)
    await correct_all(lane)
    assert rows(owner, "select at, corrected from store.event_untimed") == [
        (BOOT.isoformat(), NOW)
    ]


async def test_a_clock_set_wrong_is_told_and_the_rest_corrected(
    lane: Bench, owner: Owner
):
    device = Device(lane, timedelta())
    for seconds in range(0, 20, 5):
        await device.beat(seconds)
    device.off = HOUR
    now = after(20)
    await device.send(now, ClockChanged(at=now + HOUR, seconds=3600.0, trusted=False))
    await device.send(after(21), opened(after(15)), opened(after(21) + HOUR))
    assert told(owner) == [-3600.0]
    assert rows(
        owner,
        "select at, corrected from store.event where kind = 'contact.opened'"
        " order by seq",
    ) == [(after(15), None), (after(21) + HOUR, after(21))]


async def test_a_step_that_comes_again_has_no_effect(lane: Bench, owner: Owner):
    device = Device(lane, -HOUR)
    for seconds in (0, 5, 10):
        await device.beat(seconds)
    device.off = timedelta()
    changed = device.message(after(15), ClockChanged(at=after(15), seconds=3600.0))
    for _ in range(3):
        await lane.lane.take([changed])
    assert rows(owner, "select clock_offset from store.device_state") == [(0.0,)]
    assert rows(owner, "select count(*) from store.clock_jump") == [(1,)]
    assert told(owner) == [3600.0]


async def test_a_new_run_is_not_corrected_by_what_was_known_of_the_last(
    lane: Bench, owner: Owner
):
    device = Device(lane, -HOUR)
    for seconds in (0, 5, 10):
        await device.beat(seconds)
    device = Device(lane, timedelta(), run="f" * 16)
    await device.send(after(30), RunStarted(at=after(30), previous=world.RUN))
    await device.send(after(31), opened(after(31)))
    assert rows(
        owner, "select corrected from store.event where kind = 'contact.opened'"
    ) == [(None,)]


async def test_a_step_out_of_all_time_spoils_no_frame(lane: Bench, owner: Owner):
    device = Device(lane, timedelta())
    odd = [
        ClockChanged(at=NOW, seconds=seconds) for seconds in (1e10, -1e10, 9e9, -9e9)
    ]
    first = ClockChanged(at=datetime.min.replace(tzinfo=UTC), seconds=1e9)
    await device.send(NOW, opened(NOW))
    await device.send(after(1), first, *odd)
    far = timedelta(days=2_900_000)
    device.off = far
    await device.send(after(2), opened(NOW + far))
    assert rows(owner, "select refusal from store.frame_set_aside") == []
    assert rows(owner, "select count(*) from store.event_untimed") == [(2,)]


async def test_a_slow_path_is_heard_by_what_is_newer_than_its_own_last(
    lane: Bench, owner: Owner
):
    def empty(way: int, seconds: float) -> Message:
        payload = Sender().raw(sent_at=after(seconds))
        return Message(
            WirePath(world.STATION, way).topic("up"), payload, after(seconds)
        )

    def heard() -> list[Any]:
        owner.execute(b"update store.path_state set heard = heard - interval '1 hour'")
        return rows(
            owner,
            "select way, now() - heard < interval '90 minutes' from store.path_state"
            " order by way",
        )

    await lane.lane.take([empty(1, 0), empty(2, 1)])
    await lane.lane.take([empty(1, 60)])
    heard()
    heard()
    late = empty(2, 30)
    await lane.lane.take([late])
    assert heard() == [(1, False), (2, True)]
    heard()
    await lane.lane.take([late])
    assert heard() == [(1, False), (2, False)]


async def test_two_collectors_tell_of_one_clock_once(
    database_url: Callable[[Role], str], tmp_path: Path, owner: Owner
):
    url = database_url("wachtpost_collector")
    async with bench(url, tmp_path) as one, bench(url, tmp_path) as other:
        device = Device(one, HOUR)
        for seconds in range(0, 60, 5):
            now = after(seconds)
            plain, alarm = (
                device.message(now, record)
                for record in (
                    opened(now + HOUR),
                    AlarmRaised(at=now + HOUR, sensor=1, cause="contact"),
                )
            )
            await asyncio.gather(one.lane.take([plain]), other.lane.take([alarm]))
        assert not one.health.troubles
        assert not other.health.troubles
        await correct_all(one)
    assert told(owner) == [-3600.0]
    assert rows(
        owner,
        "select count(*) from store.event where corrected <> received"
        " and kind <> 'clock.wrong'",
    ) == [(0,)]
