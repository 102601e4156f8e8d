"""Incidents go by when it happened, also where the device's clock was off."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from sites.event import AlarmRaised
from sites.health import ClockChanged
from tests.collector.intake.bench import Bench
from tests.collector.intake.test_pulse import (
    BOOT,
    HOUR,
    Device,
    Owner,
    after,
    correct_all,
    rows,
)
from tests.collector.world import NOW

pytestmark = pytest.mark.both_databases
RECORDS = "select at, corrected from store.incident_record order by seq"
OCCURRED = "select occurred from store.incident"


def alarm(at: datetime) -> AlarmRaised:
    return AlarmRaised(at=at, sensor=1, zone=1, cause="contact")


async def test_an_incident_keeps_both_times_of_its_records(lane: Bench, owner: Owner):
    device = Device(lane, -HOUR)
    for seconds in (0, 5, 10):
        await device.beat(seconds)
    await device.send(after(15), alarm(after(14) - HOUR))
    assert rows(owner, RECORDS) == [(after(14) - HOUR, after(14))]
    assert rows(owner, OCCURRED) == [(after(14),)]
    (judged,) = [one for one in lane.judged if one.kind == "alarm.raised"]
    assert (judged.at, judged.moment) == (after(14) - HOUR, after(14))


async def test_a_clock_that_is_right_leaves_the_records_as_said(
    lane: Bench, owner: Owner
):
    await Device(lane, timedelta()).send(after(15), alarm(after(14)))
    assert rows(owner, RECORDS) == [(after(14), None)]
    assert rows(owner, OCCURRED) == [(after(14),)]


async def test_what_came_before_its_clock_was_known_is_set_right_in_the_incident(
    lane: Bench, owner: Owner
):
    device = Device(lane, -HOUR)
    await device.send(after(0), alarm(after(0) - HOUR))
    assert rows(owner, RECORDS) == [(after(0) - HOUR, None)]
    for seconds in (5, 10, 15):
        await device.beat(seconds)
    await correct_all(lane)
    assert rows(owner, RECORDS) == [(after(0) - HOUR, after(0))]


async def test_an_impossible_time_becomes_a_possible_one_in_the_incident(
    lane: Bench, owner: Owner
):
    device = Device(lane, BOOT - NOW)
    await device.send(after(5), alarm(BOOT))
    ((at, corrected),) = rows(owner, RECORDS)
    assert (at, corrected) == (after(5), None)  # nobody knows better yet
    for seconds in (10, 15, 20):
        await device.beat(seconds)
    await device.send(after(30), alarm(BOOT + timedelta(seconds=29)))
    assert rows(owner, RECORDS)[-1] == (BOOT + timedelta(seconds=29), after(29))


async def test_a_step_that_is_told_later_sets_its_run_right_and_no_other(
    lane: Bench, owner: Owner
):
    device, other = Device(lane, -HOUR), Device(lane, timedelta(), run="f" * 16)
    await device.send(NOW, alarm(NOW - HOUR))
    await other.send(after(1), alarm(after(1)))
    device.off = timedelta()
    await device.send(after(2), ClockChanged(at=after(2), seconds=3600.0))
    await correct_all(lane)
    found: set[Any] = set(rows(owner, RECORDS))
    assert found == {(NOW - HOUR, NOW), (after(1), None)}


async def test_the_hours_that_rows_leave_and_come_to_are_told(
    lane: Bench, owner: Owner
):
    device = Device(lane, timedelta())
    await device.send(NOW, alarm(NOW), alarm(after(1)))
    owner.execute("delete from store.rollup_dirty")
    owner.execute(
        "insert into store.clock_lag"
        " (device, run, unit, site, seconds, since, until, before)"
        " select distinct device, run, unit, site, -7200, received, received, now()"
        " from store.event"
    )
    await correct_all(lane)
    begun = NOW.replace(minute=0, second=0, microsecond=0)
    moved = rows(owner, "select site, bucket from store.rollup_dirty order by 2")
    assert moved == [("haven", begun - 2 * HOUR), ("haven", begun)]
    two = timedelta(hours=-2)
    corrected = "select corrected - at from store.event where kind = 'alarm.raised'"
    assert rows(owner, corrected) == [(two,), (two,)]


async def test_records_that_came_late_because_of_their_clock_mark_their_hour(
    lane: Bench, owner: Owner
):
    device = Device(lane, 5 * HOUR)  # by itself it is ahead of everything
    await device.beat(0)
    await device.beat(5)
    await device.send(after(10), alarm(after(10) + 5 * HOUR - 3 * HOUR))
    begun = NOW.replace(minute=0, second=0, microsecond=0)
    hours = rows(owner, "select bucket from store.rollup_dirty order by 1")
    assert hours == [(begun - 3 * HOUR,), (begun,)]
