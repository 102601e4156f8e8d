"""Records that do not come are an incident, which ends itself when they do."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from collector.database import Transaction
from collector.incident.judge import judge
from collector.intake.presence import Listening
from collector.intake.row import EventRow
from collector.intake.watch import PresenceWatch
from collector.metrics import Health
from sites.event import ContactOpened
from sites.health import RecordsDropped, RunStarted
from tests.collector import world
from tests.collector.intake.bench import Bench
from tests.collector.world import NOW, RUN, Sender
from tests.incident import stage

pytestmark = pytest.mark.both_databases
Owner = psycopg.Connection[tuple[object, ...]]
WORLD = stage.inventory(
    [
        *stage.RULES,
        stage.rule("withheld", "records.withheld", priority="attention"),
    ]
)
INCIDENTS = "select cause, state, outcome from store.incident order by incident"
FOUND = "select data from store.event where kind = 'records.withheld' order by at"


@pytest.fixture
def watch(lane: Bench) -> PresenceWatch:
    async def by_the_rules(
        transaction: Transaction, rows: Sequence[EventRow], now: datetime
    ) -> None:
        await judge(transaction, WORLD, rows, now)

    ears = Listening(timedelta(days=1))
    return PresenceWatch(
        lane.database, lane.inventory, by_the_rules, lambda: ears, Health()
    )


def rows(owner: Owner, text: str) -> list[Any]:
    return owner.execute(text.encode()).fetchall()


def opened(*numbers: int) -> list[ContactOpened]:
    return [ContactOpened(seq=n, at=NOW, sensor=1, zone=1) for n in numbers]


async def hear(lane: Bench, *numbers: int, run: str = RUN) -> None:
    await lane.take(Sender(run=run).frame(*opened(*numbers)))


async def look_later(owner: Owner, watch: PresenceWatch, seconds: float = 61) -> None:
    """Let the gaps be so much older, then look."""
    owner.execute(
        b"update store.gap set since = since - make_interval(secs => %s)", [seconds]
    )
    await watch.look()


def gaps(owner: Owner) -> list[Any]:
    return rows(owner, "select first, last, told is not null from store.gap order by 1")


async def test_a_gap_is_one_incident_that_ends_itself_when_it_fills_a13(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane, 1, 2, 6, 7)
    await watch.look()
    assert gaps(owner) == [(3, 5, False)]
    await look_later(owner, watch, 58)
    assert rows(owner, INCIDENTS) == []
    for _ in range(3):
        await look_later(owner, watch, 3)
    assert gaps(owner) == [(3, 5, True)]
    assert rows(owner, FOUND) == [
        ({"lane": "up", "first": 3, "last": 5, "missing": 3},)
    ]
    assert rows(owner, INCIDENTS) == [("withheld", "open", None)]
    await hear(lane, 4)
    await watch.look()
    assert gaps(owner) == [(3, 3, True), (5, 5, True)]
    assert rows(owner, INCIDENTS) == [("withheld", "open", None)]
    await hear(lane, 5, 3)
    await watch.look()
    assert gaps(owner) == []
    assert rows(owner, INCIDENTS) == [("withheld", "resolved", "itself")]
    assert len(rows(owner, FOUND)) == 1


async def test_what_comes_within_the_minute_is_nothing(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane, 3)
    await watch.look()
    await hear(lane, 2, 1)
    await look_later(owner, watch)
    assert (gaps(owner), rows(owner, INCIDENTS)) == ([], [])


async def test_dropped_records_are_no_gap(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    gone = RecordsDropped(seq=4, at=NOW, first=2, last=7)
    await lane.take(Sender().frame(*opened(1), gone, *opened(5, 8)))
    await watch.look()
    assert gaps(owner) == []


async def test_the_end_of_a_run_is_missed_when_the_next_one_comes(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    old, new = "a" * 16, "b" * 16
    await hear(lane, 1, run=old)
    started = RunStarted(at=NOW, previous=old, last_al=0, last_up=3)
    await lane.take_on("al", Sender(run=new, lane="al").frame(started))
    await watch.look()
    assert gaps(owner) == []
    await hear(lane, 1, run=new)
    await watch.look()
    assert gaps(owner) == [(2, 3, False)]
    await look_later(owner, watch)
    assert rows(owner, INCIDENTS) == [("withheld", "open", None)]
    await hear(lane, 2, 3, run=old)
    await watch.look()
    assert rows(owner, INCIDENTS) == [("withheld", "resolved", "itself")]


async def test_a_whole_run_that_never_came_is_missed(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    started = RunStarted(at=NOW, previous="a" * 16, last_al=2)
    await lane.take_on("al", Sender(lane="al").frame(started))
    await watch.look()
    assert gaps(owner) == [(1, 2, False)]


async def test_nobody_misses_the_records_of_a_device_that_was_taken_away(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane, 1, 3)
    await watch.look()
    await look_later(owner, watch)
    owner.execute(b"update store.device set removed = now()")
    await watch.look()
    assert rows(owner, INCIDENTS) == [("withheld", "open", None)]
    resolve(owner)
    await watch.look()
    assert gaps(owner) == []


async def test_what_was_told_and_then_dropped_did_not_come(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane, 1, 2, 10)
    await watch.look()
    await look_later(owner, watch)
    await hear(lane, 3, 4)
    gone = RecordsDropped(seq=11, at=NOW, first=5, last=9)
    await lane.take(Sender().frame(gone))
    for _ in range(2):
        await watch.look()
        assert rows(owner, INCIDENTS) == [("withheld", "open", None)]
        assert gaps(owner) == [(5, 9, True)]
    resolve(owner)
    await watch.look()
    assert gaps(owner) == []
    await hear(lane, 12, 14)
    await watch.look()
    await look_later(owner, watch)
    await hear(lane, 13)
    await watch.look()
    assert [one[2] for one in rows(owner, INCIDENTS)] == ["real", "itself"]


async def test_what_was_dropped_before_anybody_was_told_is_not_missing(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane, 1, 4, 6)
    await watch.look()
    gone = RecordsDropped(seq=7, at=NOW, first=5, last=5)
    await lane.take(Sender().frame(gone))
    await look_later(owner, watch)
    await hear(lane, 2, 3)
    await watch.look()
    assert rows(owner, INCIDENTS) == [("withheld", "resolved", "itself")]


def resolve(owner: Owner) -> None:
    """Let a person close what stands."""
    owner.execute(
        b"update store.incident set state = 'resolved', resolved = now(),"
        b" owner = (select min(person) from store.person), outcome = 'real',"
        b" sentence = 'x'"
    )


async def test_a_thousand_holes_are_one_event_and_a_hundred_rows(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane, *range(2, 2002, 2))
    await watch.look()
    await look_later(owner, watch)
    assert len(gaps(owner)) == 100
    assert len(rows(owner, FOUND)) == 1


async def test_several_who_look_at_once_tell_it_once(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane, 1, 3)
    await asyncio.gather(*(watch.look() for _ in range(4)))
    owner.execute(b"update store.gap set since = since - interval '61 s'")
    await asyncio.gather(*(watch.look() for _ in range(4)))
    assert len(rows(owner, FOUND)) == 1
    assert rows(owner, "select count(*) from store.incident_record") == [(1,)]


async def test_a_silent_device_and_a_lost_path_stand_on_the_time_line(
    lane: Bench, owner: Owner, watch: PresenceWatch
):
    await hear(lane, 1)
    for table in (b"device_state", b"path_state"):
        owner.execute(
            b"update store." + table + b" set heard = now() - interval '95 s'"
        )
    await watch.look()
    await watch.look()
    found = rows(owner, "select device, kind from store.event order by kind")
    assert found == [
        (world.STATION, "contact.opened"),
        (world.STATION, "device.silent"),
        (world.STATION, "path.lost"),
    ]
