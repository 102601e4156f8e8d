"""Hours and days say what the raw rows said, late ones too, and outlive them."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from obstore.store import ObjectStore

from collector.database import Database
from collector.intake.row import EventRow
from collector.keep.correct import correct
from collector.keep.errors import ElsewhereError
from collector.keep.retention import forget
from collector.keep.rollup import HOUR, mark, roll
from collector.keep.terms import Terms
from collector.keep.turn import turn
from sites.event import ContactOpened, MeasurementTaken
from tests.collector import world
from tests.collector.databases import Role
from tests.collector.intake.bench import Bench, bench, message
from tests.collector.keep.pen import DEVICES, UNITS, Pen, days
from tests.collector.world import Sender

pytestmark = pytest.mark.both_databases

# What the raw rows say, reckoned anew; what was rolled up has to be the same.
HOURS = """
    with measured as (
        select *, coalesce(corrected, at) as moment from store.measurement)
    select site, date_trunc('hour', moment), unit, device, sensor, quantity,
           count(*), min(value), max(value), sum(value)
      from measured where moment < %s group by 1, 2, 3, 4, 5, 6 order by 1, 2, 4"""
DAYS = """
    with measured as (
        select *, coalesce(corrected, at) as moment from store.measurement)
    select site, date_trunc('day', moment, 'Europe/Amsterdam'), unit, device, sensor,
           quantity, count(*), min(value), max(value), sum(value)
      from measured where moment < %s group by 1, 2, 3, 4, 5, 6 order by 1, 2, 4"""
EVENT_HOURS = """
    with happened as (
        select *, coalesce(corrected, at) as moment from store.event)
    select site, date_trunc('hour', moment), unit, kind, count(*)
      from happened where moment < %s group by 1, 2, 3, 4 order by 1, 2, 4"""
EVENT_DAYS = """
    with happened as (
        select *, coalesce(corrected, at) as moment from store.event)
    select site, date_trunc('day', moment, 'Europe/Amsterdam'), unit, kind, count(*)
      from happened where moment < %s group by 1, 2, 3, 4 order by 1, 2, 4"""
TABLES = {
    "measurement_hour": HOURS,
    "measurement_day": DAYS,
    "event_hour": EVENT_HOURS,
    "event_day": EVENT_DAYS,
}


def rolled(pen: Pen, table: str) -> list[Any]:
    order = "1, 2, 4"
    return pen.rows(f"select * from store.{table} order by {order}")  # noqa: S608  # constants


def reach(pen: Pen) -> datetime:
    """Give the hour before which everything was rolled up."""
    ((until,),) = pen.rows("select until from store.keep_done where what = 'rollup'")
    assert isinstance(until, datetime)
    return until


def row(at: datetime, received: datetime, site: str = "haven") -> EventRow:
    return EventRow(
        device=DEVICES[site],
        run=world.RUN,
        lane="up",
        seq=1,
        at=at,
        received=received,
        unit=UNITS[site],
        site=site,
        kind="contact.opened",
    )


def dirty(pen: Pen, at: datetime) -> None:
    pen.run(
        "insert into store.rollup_dirty"
        " values ('haven', date_trunc('hour', %s::timestamptz, 'UTC'))",
        at,
    )


def some_days(pen: Pen, now: datetime) -> None:
    for number in range(40):
        at = now - timedelta(hours=2.3) * number
        pen.measured(at, number % 7)
        pen.measured(at + timedelta(minutes=1), 20, "duin")
        pen.event(at, "contact.opened" if number % 2 else "motion.started")


async def test_hours_and_days_say_what_the_rows_say(
    database: Database, terms: Terms, pen: Pen
):
    some_days(pen, pen.now())
    await roll(database, terms)
    for table, question in TABLES.items():
        assert rolled(pen, table) == pen.rows(question, reach(pen)), table
        assert rolled(pen, table), table
    assert await roll(database, terms) == 0


@pytest.mark.parametrize("hours", [-50, -5, 5])
async def test_rows_of_a_clock_that_was_off_move_to_their_hours(
    database: Database, terms: Terms, pen: Pen, hours: int
):
    now = pen.now()
    some_days(pen, now - days(3))
    pen.measured(now - days(2), 99)  # alone in its hour and on its day
    await roll(database, terms)
    pen.lag(hours * 3600.0)
    while await correct(database):
        continue
    before = rolled(pen, "measurement_hour")
    assert await roll(database, terms) > 0
    assert pen.count("rollup_dirty") == 0
    assert rolled(pen, "measurement_hour") != before
    for table, question in TABLES.items():
        assert rolled(pen, table) == pen.rows(question, reach(pen)), table


async def test_rows_that_move_leave_alone_what_outlives_its_raw_rows(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    old = pen.now() - days(200)
    some_days(pen, old)
    pen.run("delete from store.keep_done")
    pen.run(
        "insert into store.measurement_hour values"
        " ('haven', date_trunc('hour', %s::timestamptz, 'UTC'), 'noord', %s, 8,"
        " 'temperature', 7, 1, 2, 9)",
        old - days(1),
        DEVICES["haven"],
    )
    await forget(database, blobs, terms)
    before = rolled(pen, "measurement_hour")
    dirty(pen, old - days(1))
    await roll(database, terms)
    assert rolled(pen, "measurement_hour") == before
    assert before


async def test_only_hours_that_are_over_are_rolled_up(
    database: Database, terms: Terms, pen: Pen
):
    now = pen.now()
    pen.measured(now)
    pen.measured(now + timedelta(hours=3))
    await roll(database, terms)
    assert pen.count("measurement_hour") == 0
    assert reach(pen) <= now - timedelta(minutes=2)


async def test_a_row_that_was_still_being_stored_is_there_an_hour_later(
    database: Database, terms: Terms, pen: Pen
):
    now = pen.now()
    await roll(database, terms)
    last = reach(pen) - timedelta(minutes=30)
    pen.event(last)  # it was under way when its hour was rolled up
    pen.run(
        "update store.keep_done set until = until - interval '1 hour'"
        " where what = 'rollup'"
    )
    await roll(database, terms)
    assert [kind for *_, kind, _ in rolled(pen, "event_hour")] == ["contact.opened"]
    assert now - last < 3 * HOUR


async def test_a_late_record_is_rolled_up_again(
    database: Database,
    terms: Terms,
    pen: Pen,
    database_url: Callable[[Role], str],
    tmp_path: Path,
):
    at = pen.now() - days(2)
    pen.measured(at, 1)
    pen.event(at)
    await roll(database, terms)
    sender = Sender(run="f" * 16)
    frame = sender.frame(
        MeasurementTaken(at=at, sensor=8, quantity="temperature", value=5),
        ContactOpened(at=at, sensor=1, zone=1),
    )
    async with bench(database_url("wachtpost_collector"), tmp_path / "bench") as lane:
        await lane.lane.take([message(frame, received=pen.now())])
    assert pen.count("rollup_dirty") == 1
    assert await roll(database, terms) == 1
    assert pen.count("rollup_dirty") == 0
    for table, question in TABLES.items():
        assert rolled(pen, table) == pen.rows(question, reach(pen)), table
    ((n, total),) = pen.rows("select n, total from store.measurement_hour")
    assert (n, total) == (2, 6)


async def test_what_comes_in_its_own_hour_marks_nothing(database: Database, pen: Pen):
    at = pen.now().replace(minute=30)
    async with database.transaction() as transaction:
        await mark(transaction, [row(at, at)], at + timedelta(minutes=29))
        await mark(transaction, [], at)
    assert pen.count("rollup_dirty") == 0


async def test_what_waited_for_the_database_marks_its_hour(
    pen: Pen, database_url: Callable[[Role], str], tmp_path: Path
):
    """It came in its own hour, and was stored hours later, after the roll-up."""
    came = pen.now() - 3 * HOUR
    async with bench(database_url("wachtpost_collector"), tmp_path / "lane") as lane:
        record = ContactOpened(at=came, sensor=1, zone=1)
        await lane.lane.take([message(Sender().frame(record), received=came)])
    ((hour,),) = pen.rows("select bucket from store.rollup_dirty")
    assert hour == came.replace(minute=0, second=0, microsecond=0)


async def test_hours_are_marked_once_however_many_records_came_late(
    database: Database, pen: Pen
):
    now = pen.now().replace(minute=0, second=0, microsecond=0)
    rows = [
        row(now - HOUR * hour + timedelta(minutes=minute), now, site)
        for hour in (30, 31)
        for minute in range(50)
        for site in ("haven", "duin")
    ]
    for _ in range(2):
        async with database.transaction() as transaction:
            await mark(transaction, rows, now)
    assert pen.rows("select site, bucket from store.rollup_dirty order by 1, 2") == [
        (site, now - HOUR * hour) for site in ("duin", "haven") for hour in (31, 30)
    ]


async def test_a_marked_hour_that_is_not_rolled_up_yet_waits(
    database: Database, terms: Terms, pen: Pen
):
    pen.run(
        "insert into store.rollup_dirty"
        " values ('haven', date_trunc('hour', now(), 'UTC'))"
    )
    await roll(database, terms)
    assert pen.count("rollup_dirty") == 1


async def test_raw_rows_go_and_what_was_rolled_up_stays(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    old = pen.now() - days(80)
    for minute in range(10):
        pen.measured(old + timedelta(seconds=minute), minute)
        pen.event(old)
    await roll(database, terms)
    before = {table: rolled(pen, table) for table in TABLES}
    strict = terms.national.model_copy(update={"events_days": 60})
    await forget(database, blobs, Terms(strict, {}))
    assert pen.count("measurement") == pen.count("event") == 0
    assert {table: rolled(pen, table) for table in TABLES} == before
    assert all(before.values())


async def test_an_hour_whose_rows_are_gone_is_never_rolled_up_again(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    old = pen.now() - days(80)
    for value in (1, 2, 3):
        pen.measured(old, value)
    await roll(database, terms)
    before = rolled(pen, "measurement_hour")
    strict = Terms(terms.national.model_copy(update={"events_days": 60}), {})
    await forget(database, blobs, strict)
    pen.measured(old, 99)  # a late one of these days
    async with database.transaction() as transaction:
        await mark(transaction, [row(old, old)], pen.now())
    await roll(database, terms)
    assert rolled(pen, "measurement_hour") == before
    assert pen.count("rollup_dirty") == 0


async def test_what_came_late_is_rolled_up_before_its_rows_go(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    pen.measured(pen.now() - days(1), 7)
    await roll(database, terms)
    old = pen.now() - days(70)
    pen.measured(old, 4)
    async with database.transaction() as transaction:
        await mark(transaction, [row(old, old)], pen.now())
    strict = Terms(terms.national.model_copy(update={"events_days": 60}), {})
    await forget(database, blobs, strict)
    totals = pen.rows("select total from store.measurement_hour order by bucket")
    assert totals == [(4,), (7,)]
    assert pen.count("measurement") == 1


async def test_a_record_that_is_stored_while_its_hour_is_rolled_up_is_not_lost(
    database: Database, terms: Terms, pen: Pen, database_url: Callable[[Role], str]
):
    at = pen.now() - days(1)
    pen.event(at)
    dirty(pen, at)
    await roll(database, terms)
    dirty(pen, at)
    async with Database.open(database_url("wachtpost_collector"), "other") as other:
        async with other.transaction() as storing:
            # Stored and marked, not committed: the hour is passed by, not rolled up.
            await mark(storing, [row(at, at)], pen.now())
            assert await roll(database, terms) == 0
        assert pen.count("rollup_dirty") == 1
    pen.event(at)
    assert await roll(database, terms) == 1
    assert [n for *_, n in rolled(pen, "event_hour")] == [2]


async def test_whoever_marks_waits_for_whoever_rolls_up(database: Database, pen: Pen):
    at = pen.now() - days(1)
    dirty(pen, at)
    with pen.owner.transaction():
        pen.run("delete from store.rollup_dirty")  # as the one who rolls up does

        async def storing() -> None:
            async with database.transaction() as transaction:
                await mark(transaction, [row(at, at)], pen_now)

        pen_now = pen.now()
        task = asyncio.create_task(storing())
        done, _ = await asyncio.wait([task], timeout=0.5)
        assert not done
    await task
    assert pen.count("rollup_dirty") == 1


async def test_two_collectors_lose_no_late_record(
    database: Database,
    terms: Terms,
    pen: Pen,
    database_url: Callable[[Role], str],
    tmp_path: Path,
):
    """Two store late records of the same hours while both roll up all the time."""
    now = pen.now()
    pen.event(now - days(3))
    await roll(database, terms)
    finished = asyncio.Event()

    async def store(own: Bench, device: str, run: str) -> None:
        sender = Sender(device=device, run=run)
        for turn_number in range(25):
            at = now - days(2) - timedelta(minutes=7) * turn_number
            records = [
                MeasurementTaken(at=at, sensor=8, quantity="temperature", value=v)
                for v in range(4)
            ]
            frame = sender.frame(*records, ContactOpened(at=at, sensor=1, zone=1))
            await own.lane.take([message(frame, device, received=now)])

    url = database_url("wachtpost_collector")

    async def rolling(name: str) -> None:
        async with Database.open(url, name) as own:
            while not finished.is_set():
                try:
                    await roll(own, terms)
                except ElsewhereError:
                    await asyncio.sleep(0)

    async with (
        bench(url, tmp_path / "1") as one,
        bench(url, tmp_path / "2") as other,
        asyncio.TaskGroup() as group,
    ):
        for name in ("roller 1", "roller 2"):
            group.create_task(rolling(name))
        await asyncio.gather(
            store(one, world.STATION, "1" * 16), store(other, world.OTHER, "2" * 16)
        )
        finished.set()
    await roll(database, terms)
    assert pen.count("event") == 51
    for table, question in TABLES.items():
        assert rolled(pen, table) == pen.rows(question, reach(pen)), table


async def test_only_one_rolls_up_at_once(database: Database, terms: Terms):
    async with turn(database):
        with pytest.raises(ElsewhereError):
            await roll(database, terms)


async def test_a_day_is_the_day_of_the_place_also_when_the_clock_changes(
    database: Database, terms: Terms, pen: Pen
):
    pen.run("update store.site set time_zone = 'Pacific/Auckland' where site = 'duin'")
    base = pen.now().replace(hour=0, minute=30, second=0, microsecond=0) - days(40)
    for hour in range(30 * 24):
        pen.measured(base + hour * HOUR, hour, "duin")
    await roll(database, terms)
    expected = pen.rows(
        "select date_trunc('day', at, 'Pacific/Auckland'), count(*), sum(value)"
        " from store.measurement where site = 'duin' group by 1 order by 1"
    )
    assert (
        pen.rows(
            "select bucket, n::bigint, total from store.measurement_day"
            " where site = 'duin' order by 1"
        )
        == expected
    )
