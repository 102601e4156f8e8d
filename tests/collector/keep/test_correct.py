"""Times of long ago are corrected beside the intake, and only those that were wrong."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from collector.database import Database, Limits
from collector.keep.correct import Corrector, correct
from collector.keep.turn import QUERIES
from collector.metrics import Health
from sites.event import AlarmRaised, ContactOpened, MeasurementTaken
from sites.health import ClockChanged
from sites.record import Record
from tests.collector.databases import Role
from tests.collector.intake.bench import Bench, bench
from tests.collector.intake.test_pulse import HOUR, Device, after, opened, rows
from tests.collector.world import NOW

pytestmark = pytest.mark.both_databases
Url = Callable[[Role], str]
Owner = psycopg.Connection[tuple[object, ...]]
SIX = timedelta(seconds=6)
CORRECTED = "select corrected - at from store.event order by lane, seq"


@pytest.fixture
async def lane(database_url: Url, tmp_path: Path) -> AsyncIterator[Bench]:
    """Give a lane whose statements may take a second."""
    limits = Limits(statement_s=1)
    url = database_url("wachtpost_collector")
    async with bench(url, tmp_path / "lane", limits=limits) as opened_lane:
        yield opened_lane


async def correct_all(database: Database) -> int:
    """Give in how many batches."""
    batches = 0
    while await correct(database):
        batches += 1
    return batches


def waiting(owner: Owner) -> int:
    ((found,),) = rows(owner, "select count(*) from store.clock_lag")
    return int(found)


async def test_what_came_while_the_clock_was_right_stays_as_it_is(
    lane: Bench, owner: Owner
):
    device = Device(lane, timedelta())
    for seconds in range(0, 20, 5):
        await device.beat(seconds)
    device.off = -SIX
    for seconds in range(20, 60, 5):
        await device.beat(seconds)
    device.off = timedelta()
    await device.send(after(60), ClockChanged(at=after(60), seconds=6.0))
    await correct_all(lane.database)
    found = [
        seconds
        for (seconds,) in rows(
            owner,
            "select corrected - at from store.event where kind = 'heartbeat'"
            " order by seq",
        )
    ]
    assert found[:4] == [None] * 4
    assert found[6:] == [SIX] * 6


@pytest.mark.parametrize("run_of_step", ["own", "a run that is over"])
async def test_a_step_reaches_back_to_where_the_clock_was_right(
    lane: Bench, owner: Owner, run_of_step: str
):
    device = Device(lane, timedelta())
    for seconds in range(0, 15, 5):
        await device.beat(seconds)
    if run_of_step != "own":
        owner.execute("update store.device_state set clock_run = 'another'")
    device.off = timedelta(seconds=60)
    await device.send(after(70), ClockChanged(at=after(130), seconds=60.0))
    await correct_all(lane.database)
    assert rows(
        owner, "select count(corrected) from store.event where kind = 'heartbeat'"
    ) == [(0,)]


async def test_no_alarm_waits_for_what_is_to_be_corrected(lane: Bench, owner: Owner):
    device = Device(lane, -HOUR)
    await device.send(NOW, opened(NOW - HOUR))
    with owner.transaction():
        owner.execute("select from store.event for update")
        alarm = AlarmRaised(at=after(1) - HOUR, sensor=1, cause="contact")
        device.off = timedelta()
        changed = ClockChanged(at=after(2), seconds=3600.0)
        messages = [device.message(after(2), one) for one in (alarm, changed)]
        await lane.lane.take(messages)
        assert len(lane.source.answers) == 3
        assert len(rows(owner, "select from store.incident")) == 1
        corrector = Corrector(lane.database, health := Health())
        await corrector.look()
        assert "57014" in health.troubles["corrections"]
    await corrector.look()
    assert not health.troubles
    assert rows(owner, CORRECTED) == [(HOUR,), (None,), (HOUR,)]


async def test_a_long_run_is_corrected_from_its_latest_down_bit_by_bit(
    lane: Bench, owner: Owner
):
    device = Device(lane, -HOUR)
    await device.send(NOW, *(record(n) for n in range(8)))
    device.off = timedelta()
    await device.send(after(2), ClockChanged(at=after(2), seconds=3600.0))
    assert await correct(lane.database, numbers=3)
    seen = "select seq from store.{} where corrected is not null order by seq"
    assert rows(owner, seen.format("event")) == [(6,), (8,)]
    assert rows(owner, seen.format("measurement")) == [(7,)]
    while await correct(lane.database, numbers=3):
        continue
    assert rows(owner, seen.format("event")) == [(2,), (4,), (6,), (8,)]
    assert rows(owner, seen.format("measurement")) == [(1,), (3,), (5,), (7,)]
    assert waiting(owner) == 0


def record(number: int) -> Record:
    at = after(-number) - HOUR
    if number % 2:
        return ContactOpened(at=at, sensor=1, zone=1)
    return MeasurementTaken(at=at, sensor=1, quantity="temperature", value=20.0)


async def test_numbers_far_apart_cost_no_more_than_there_are_rows(
    lane: Bench, owner: Owner
):
    device = Device(lane, -HOUR)
    for far in (0, 2**40, 2**52):
        device.numbers["up"] = far
        await device.send(NOW, opened(NOW - HOUR))
    await device.send(after(2), ClockChanged(at=after(2), seconds=3600.0))
    assert await correct_all(lane.database) == 4
    assert rows(owner, "select count(corrected) from store.event") == [(3,)]


async def test_the_rest_of_one_run_waits_for_the_first_of_another(
    lane: Bench, owner: Owner
):
    for run in ("a" * 16, "b" * 16):
        device = Device(lane, -HOUR, run)
        await device.send(NOW, opened(NOW - HOUR), opened(NOW - HOUR))
        await device.send(after(2), ClockChanged(at=after(2), seconds=3600.0))
    for _ in range(2):
        await correct(lane.database, numbers=1)
    done = "select run from store.event where corrected is not null order by run"
    assert rows(owner, done) == [("a" * 16,), ("b" * 16,)]


async def test_of_a_clock_that_steps_on_and_on_not_everything_is_noted(
    lane: Bench, owner: Owner
):
    device = Device(lane, timedelta())
    steps = [ClockChanged(at=after(n), seconds=60.0) for n in range(30)]
    await device.send(after(30), *steps)
    assert waiting(owner) == 20
    assert len(rows(owner, "select from store.clock_jump")) == 30


async def test_two_collectors_share_what_is_to_be_corrected(
    lane: Bench, database_url: Url, owner: Owner
):
    for run in ("a" * 16, "b" * 16):
        device = Device(lane, -HOUR, run)
        await device.send(NOW, opened(NOW - HOUR))
        await device.send(after(2), ClockChanged(at=after(2), seconds=3600.0))
    url = database_url("wachtpost_collector")
    async with Database.open(url, "other") as other:
        async with lane.database.transaction() as first:
            taken = await first.one(QUERIES["take_lag"])
            assert taken["run"] == "a" * 16
            await correct(other)
            done = "select run from store.event where corrected is not null"
            assert rows(owner, done) == [("b" * 16,)]
        await correct_all(other)
    assert waiting(owner) == 0
