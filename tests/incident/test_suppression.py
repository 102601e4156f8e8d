"""Windows in which a place opens nothing of some kinds, and what comes of it after."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from collector.database import Database
from collector.errors import DatabaseError
from collector.incident.judge import judge
from collector.incident.suppression import report_next
from collector.query import Query
from sites.rule import SUPPRESSIBLE
from tests.incident.ruling import WORLD, judged
from tests.incident.stage import (
    NOW,
    OTHER,
    STATION,
    alarm,
    door,
    look,
    panic,
    row,
)

HOUR = timedelta(hours=1)
PUT = (
    "insert into store.suppression (unit, site, zone, kinds, why, since, until, person)"
    " values (%(unit)s, %(site)s, %(zone)s, %(kinds)s, 'works', %(since)s, %(until)s,"
    " %(person)s)"
)


def window(world: Any, *kinds: str, **more: Any) -> None:
    row: dict[str, Any] = {"unit": "noord", "site": STATION, "zone": None}
    row |= {"person": "desk-noord"}
    row |= {"kinds": list(kinds), "since": NOW, "until": NOW + HOUR} | more
    world.execute(PUT, row)


def held(world: Any) -> list[str]:
    return [
        kind for (kind,) in look(world, "select kind from store.suppressed order by 1")
    ]


def lost(seq: int = 1, **more: Any) -> Any:
    return row("camera.lost", seq, sensor=5, zone=1, data={"reason": "frozen"}, **more)


async def test_a_window_holds_back_what_it_names_and_nothing_else(world, collector):
    window(world, "contact.opened")
    assert await judged(collector, door(1)) == []
    assert held(world) == ["contact.opened"]
    assert len(await judged(collector, lost(2))) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"zone": 1},
        {"site": OTHER, "unit": "zuid"},
        {"unit": "zuid"},
        {"since": NOW + timedelta(minutes=5)},
        {"since": NOW - 2 * HOUR, "until": NOW - HOUR},
    ],
    ids=["another zone", "another place", "another unit's", "later", "earlier"],
)
async def test_a_window_elsewhere_holds_nothing_back(world, collector, more):
    window(world, "contact.opened", **more)
    assert len(await judged(collector, door(1))) == 1
    assert held(world) == []


async def test_a_window_of_the_zone_holds_back_there(world, collector):
    window(world, "contact.opened", zone=2)
    assert await judged(collector, door(1)) == []


async def test_danger_and_top_priority_are_never_held_back(world, collector):
    window(world, *sorted(SUPPRESSIBLE))
    assert len(await judged(collector, alarm(1), door(2))) == 1
    assert len(await judged(collector, panic(3, silent=False))) == 1
    assert len(await judged(collector, row("tamper.opened", 4, sensor=3))) == 1
    assert held(world) == []  # the door belongs to the intrusion


@pytest.mark.parametrize("kind", ["panic.pressed", "duress.entered", "alarm.raised"])
def test_nobody_puts_danger_into_a_window(world, kind):
    with pytest.raises(psycopg.errors.CheckViolation):
        window(world, "contact.opened", kind)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (NOW, NOW + timedelta(hours=25)),
        (NOW, NOW),
        (NOW + timedelta(days=400), NOW + timedelta(days=400, hours=1)),
    ],
    ids=["too long", "no end", "far away"],
)
def test_a_window_has_an_end_and_a_maximum(world, since, until):
    with pytest.raises(psycopg.errors.CheckViolation):
        window(world, "contact.opened", since=since, until=until)


async def test_the_same_record_again_is_held_back_once(world, collector):
    window(world, "contact.opened")
    for _ in range(2):
        assert await judged(collector, door(1)) == []
    assert held(world) == ["contact.opened"]


async def judge_all(transaction: Any, rows: Any, now: datetime) -> object:
    return await judge(transaction, WORLD, rows, now)


async def over(world: Any, collector: Database) -> None:
    world.execute(
        "update store.suppression set ended = now(), ended_by = 'desk-noord'"
        " where ended is null"
    )
    assert await report_next(collector, judge_all)
    assert not await report_next(collector, judge_all)


async def test_what_is_lost_still_is_judged_when_the_window_ends(world, collector):
    now = datetime.now(NOW.tzinfo)
    window(world, "camera.lost", "contact.opened", since=now, until=now + HOUR)
    later = now + timedelta(milliseconds=1)
    assert await judged(collector, lost(1, at=later), door(2, at=later)) == []
    await over(world, collector)
    assert look(world, "select rule from store.incident") == [("blind",)]
    assert look(world, "select kind from store.incident_record") == [("camera.lost",)]


async def test_what_came_back_meanwhile_is_not(world, collector):
    now = datetime.now(NOW.tzinfo)
    window(world, "camera.lost", since=now, until=now + HOUR)
    await judged(collector, lost(1, at=now + timedelta(milliseconds=1)))
    world.execute(
        "insert into store.event (device, run, lane, seq, at, received, unit, site,"
        " kind, sensor, zone, data) select device, run, 'up', 9,"
        " at + '1 s'::interval, now(), unit, site, 'camera.restored', sensor, zone,"
        " '{}' from store.suppressed"
    )
    await over(world, collector)
    assert look(world, "select rule from store.incident") == []


async def test_a_window_that_is_over_is_in_the_audit_and_holds_nothing_back(
    world, collector
):
    window(world, "contact.opened")
    await over(world, collector)
    assert look(
        world,
        "select object, subject, reason from store.audit order by entry desc limit 1",
    ) == [("suppression:1", f"site:{STATION}", "over")]
    assert len(await judged(collector, door(1))) == 1


async def test_two_collectors_report_a_window_once(world, collector):
    window(world, "contact.opened", until=NOW + timedelta(seconds=1))
    done = await asyncio.gather(*(report_next(collector, judge_all) for _ in range(4)))
    assert sum(done) == 1
    assert look(world, "select count(*) from store.audit where reason = 'over'") == [
        (1,)
    ]


@pytest.mark.parametrize("person", ["coordinator-zuid", "auditor"])
async def test_nobody_of_elsewhere_opens_a_window(world, dashboard, person):
    now = datetime.now(NOW.tzinfo)
    row: dict[str, Any] = {"unit": "noord", "site": STATION, "zone": None}
    row |= {"kinds": ["camera.lost"]}
    row |= {"since": now, "until": now + HOUR, "person": person}
    with pytest.raises(DatabaseError):
        async with dashboard.transaction(asker=person) as transaction:
            await transaction.run(Query("put", PUT.encode(), dict), **row)
    assert look(world, "select count(*) from store.suppression") == [(0,)]
