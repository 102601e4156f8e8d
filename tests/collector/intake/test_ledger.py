"""Which numbers came: each counts once, and no number is two records'."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.intake import number
from collector.metrics import Metrics
from sites.event import AlarmRaised, ContactClosed, ContactOpened, MeasurementTaken
from sites.frame import decode_record, encode_record
from sites.health import Heartbeat, RecordsDropped, RunStarted
from sites.record import Record
from tests.collector import world
from tests.collector.databases import Role
from tests.collector.intake.bench import Bench, bench, message, outcomes, told
from tests.collector.world import NOW, Sender

pytestmark = pytest.mark.both_databases
Owner = psycopg.Connection[tuple[object, ...]]


def opened(seq: int, **changed: Any) -> ContactOpened:
    return ContactOpened(**{"seq": seq, "at": NOW, "sensor": 1, "zone": 1, **changed})


def measured(seq: int, value: float = 20.0) -> MeasurementTaken:
    return MeasurementTaken(
        seq=seq, at=NOW, sensor=1, quantity="temperature", value=value
    )


def rows(owner: Owner, text: str) -> list[Any]:
    return owner.execute(text.encode()).fetchall()


def lanes(owner: Owner) -> dict[str, str]:
    found = rows(owner, "select lane, seen::text from store.lane_state")
    return dict(found)


def counted(metrics: Metrics) -> tuple[float, float]:
    """Give how many records came again, and how many late."""
    plain = (metrics.duplicates.labels("plain"), metrics.late.labels("plain"))
    again, late = (one._value.get() for one in plain)
    return again, late


def reused(owner: Owner) -> list[Any]:
    return rows(
        owner,
        "select device, data from store.event where kind = 'number.reused' order by 1",
    )


async def test_numbers_of_both_tables_and_of_what_nobody_can_read_are_noted(
    lane: Bench, owner: Owner
):
    newer = b'{"kind":"window.broken","seq":3,"at":"2026-11-20T12:00:00Z"}'
    records = (encode_record(opened(1)), encode_record(measured(2)), newer)
    await lane.take(Sender().raw(*records))
    await lane.take_on(
        "al", Sender(lane="al").frame(AlarmRaised(at=NOW, cause="contact"))
    )
    assert lanes(owner) == {"up": "{[1,4)}", "al": "{[1,2)}"}
    assert counted(lane.metrics) == (0, 0)


async def test_what_a_home_may_not_send_leaves_no_hole(lane: Bench, owner: Owner):
    frame = Sender(world.KIT).frame(
        opened(1), RecordsDropped(seq=2, at=NOW, first=2, last=2)
    )
    await lane.lane.take([message(frame, world.KIT, "al")])
    assert rows(owner, "select seen::text, whole from store.lane_state") == [
        ("{[1,3)}", True)
    ]
    assert rows(owner, "select seq from store.event") == [(2,)]


async def test_what_the_database_cannot_hold_leaves_no_hole(lane: Bench, owner: Owner):
    owner.execute(b"alter table store.event add check (seq <> 2)")
    frames = [Sender().frame(opened(seq)) for seq in (1, 2, 3)]
    receipts = outcomes(await lane.take(*frames))
    assert receipts == told(frames[0], frames[2]) | told(frames[1], outcome="bad_body")
    assert rows(owner, "select seq from store.event order by 1") == [(1,), (3,)]
    assert lanes(owner) == {"up": "{[1,4)}"}
    ((detail,),) = rows(owner, "select detail from store.frame_set_aside")
    assert detail == "the database cannot hold it (23514)"


async def test_replay_is_counted_and_has_no_effect_a13(lane: Bench, owner: Owner):
    frame = Sender().frame(opened(1), measured(2), opened(3))
    for _ in range(3):
        assert outcomes(await lane.take(frame)) == told(frame)
    assert outcomes(await lane.take(frame, frame)) == told(frame)
    assert counted(lane.metrics) == (12, 0)
    assert rows(owner, "select again, late, whole from store.lane_state") == [
        (12, 0, True)
    ]
    assert rows(owner, "select count(*) from store.event") == [(2,)]
    assert rows(owner, "select count(*) from store.measurement") == [(1,)]
    assert len(lane.judged) == 2
    assert rows(owner, "select count(*) from store.frame_set_aside") == [(0,)]


async def test_a_replay_in_one_batch_with_the_first_is_counted(
    lane: Bench, owner: Owner
):
    frame = Sender().frame(opened(1), measured(2))
    assert outcomes(await lane.take(frame, frame)) == told(frame)
    assert counted(lane.metrics) == (2, 0)
    assert rows(owner, "select count(*) from store.event") == [(1,)]


async def test_reordering_is_counted_and_has_no_effect_a13(lane: Bench, owner: Owner):
    first, second, third = (Sender().frame(opened(n), opened(n + 1)) for n in (1, 3, 5))
    await lane.take(third)
    assert rows(owner, "select whole from store.lane_state") == [(False,)]
    await lane.take(first, second)
    assert counted(lane.metrics) == (0, 4)
    assert lanes(owner) == {"up": "{[1,7)}"}
    assert rows(owner, "select late, again, whole from store.lane_state") == [
        (4, 0, True)
    ]
    assert rows(owner, "select array_agg(seq order by seq) from store.event") == [
        ([1, 2, 3, 4, 5, 6],)
    ]


OTHERS: dict[str, Record] = {
    "another time": opened(2, at=NOW + timedelta(seconds=1)),
    "another kind": ContactClosed(seq=2, at=NOW, sensor=1, zone=1),
    "another zone": opened(2, zone=2),
    "another sensor": opened(2, sensor=2),
    "another field": opened(2, while_blind=True),
    "another table": measured(2),
    "an impossible time": opened(2, at=NOW - timedelta(days=20_000)),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("together", [False, True])
async def test_of_two_records_under_one_number_the_first_stays_and_it_is_told(
    lane: Bench, owner: Owner, other: Record, *, together: bool
):
    first = Sender().frame(opened(1), opened(2))
    second = Sender().frame(other, opened(3))
    receipts = (
        await lane.take(first, second)
        if together
        else [*await lane.take(first), *await lane.take(second)]
    )
    assert outcomes(receipts) == told(first) | told(second, outcome="number_taken")
    assert rows(
        owner,
        "select seq, kind, at, zone, sensor from store.event"
        " where kind <> 'number.reused' order by seq",
    ) == [(n, "contact.opened", NOW, 1, 1) for n in (1, 2, 3)]
    assert rows(owner, "select count(*) from store.measurement") == [(0,)]
    assert rows(owner, "select count(*) from store.event_untimed") == [(0,)]
    assert reused(owner) == [(world.STATION, {"lane": "up", "number": 2})]
    assert rows(
        owner, "select refusal, detail, length(raw) > 0 from store.frame_set_aside"
    ) == [("number_taken", "another record came first under a number of it", True)]
    assert counted(lane.metrics) == (0, 0)


@pytest.mark.parametrize("value", [20.0, -0.0, 0.1 + 0.2, 1e-7, 123_456_789.125])
async def test_another_value_under_one_number_is_told_the_same_is_not(
    lane: Bench, value: float
):
    await lane.take(Sender().frame(measured(1, value)))
    again = Sender().frame(measured(1, value), opened(2))
    assert outcomes(await lane.take(again)) == told(again)
    other = Sender().frame(measured(1, value + 1e-3))
    assert outcomes(await lane.take(other)) == told(other, outcome="number_taken")


async def test_another_alarm_under_a_number_raises_none(lane: Bench, owner: Owner):
    alarm = Sender(lane="al").frame(
        AlarmRaised(seq=1, at=NOW, sensor=1, cause="contact")
    )
    forged = AlarmRaised(seq=1, at=NOW, sensor=2, cause="motion")
    await lane.take_on("al", alarm)
    await lane.take_on("al", Sender(lane="al").frame(forged))
    kinds = [row.kind for row in lane.judged if row.kind == "alarm.raised"]
    assert kinds == ["alarm.raised"]
    assert rows(
        owner, "select count(*) from store.incident where cause <> 'number'"
    ) == [(1,)]


async def test_a_reused_number_is_told_once_a_run(lane: Bench, owner: Owner):
    for run in ("a" * 16, "b" * 16):
        for other in range(5):
            at = NOW + timedelta(seconds=other)
            await lane.take(Sender(run=run).frame(opened(1, at=at)))
            alarm = AlarmRaised(seq=1, at=at, sensor=1, cause="contact")
            await lane.take_on("al", Sender(run=run, lane="al").frame(alarm))
    assert len(reused(owner)) == 2
    assert rows(owner, "select count(*) from store.event") == [(2 + 2 + 2,)]


async def test_two_reused_numbers_of_a_run_in_one_batch_are_told_once(
    lane: Bench, owner: Owner
):
    await lane.take(Sender().frame(opened(1), opened(2)))
    forged = [Sender().frame(opened(seq, zone=2)) for seq in (2, 1)]
    await lane.lane.take(
        [
            message(frame, received=NOW + timedelta(seconds=late))
            for frame, late in zip(forged, (2, 1), strict=True)
        ]
    )
    assert reused(owner) == [(world.STATION, {"lane": "up", "number": 1})]
    assert [row.kind for row in lane.judged].count("number.reused") == 1


async def test_the_second_comes_again_and_is_refused_again(lane: Bench, owner: Owner):
    await lane.take(Sender().frame(opened(1)))
    second = Sender().frame(opened(1, zone=2))
    for _ in range(3):
        assert outcomes(await lane.take(second)) == told(second, outcome="number_taken")
    assert rows(owner, "select times from store.frame_set_aside") == [(3,)]
    assert len(reused(owner)) == 1


async def test_an_old_record_whose_row_is_gone_comes_again_without_effect(
    lane: Bench, owner: Owner
):
    frame = Sender(lane="al").frame(AlarmRaised(at=NOW, sensor=1, cause="contact"))
    await lane.take_on("al", frame)
    owner.execute(b"delete from store.event")
    assert outcomes(await lane.take_on("al", frame)) == told(frame)
    assert rows(owner, "select count(*) from store.event") == [(0,)]
    assert len(lane.judged) == 1


async def test_what_an_older_version_could_not_read_is_no_other_record(
    lane: Bench, owner: Owner
):
    await lane.take(Sender().frame(opened(1)))
    owner.execute(b"update store.event set kind = 'unknown', data = '{}', zone = null")
    again = Sender().frame(opened(1), opened(2))
    assert outcomes(await lane.take(again)) == told(again)
    assert reused(owner) == []


@pytest.mark.parametrize(
    ("record", "stored", "outcome"),
    [
        (opened(1), '{"while_blind": false}', "stored"),
        (opened(1), '{"while_blind": true}', "number_taken"),
        (opened(1, while_blind=True), '{"while_blind": false}', "number_taken"),
        (
            RunStarted(seq=1, at=NOW),
            '{"last_al": 0, "last_up": 0, "clock_trusted": true}',
            "stored",
        ),
        (RunStarted(seq=1, at=NOW, last_up=3), '{"last_up": 0}', "number_taken"),
    ],
)
async def test_what_an_older_version_stored_says_the_same(
    lane: Bench, owner: Owner, record: Record, stored: str, outcome: str
):
    sender = Sender(lane=record.lane)
    await lane.take_on(record.lane, sender.frame(record))
    owner.execute(
        "update store.event set data = %s::jsonb", [stored]
    )  # it wrote down what is usual as well
    again = sender.frame(record, record)
    receipts = await lane.take_on(record.lane, again)
    assert outcomes(receipts) == told(again, outcome=outcome)


async def test_the_inventory_may_move_a_sensor_to_another_zone(
    lane: Bench, owner: Owner
):
    alarm = AlarmRaised(seq=1, at=NOW, sensor=2, cause="contact")
    await lane.take_on("al", Sender(lane="al").frame(alarm))
    owner.execute(b"update store.event set zone = 9")
    await lane.take_on("al", Sender(lane="al").frame(alarm, alarm))
    assert reused(owner) == []


async def test_dropped_records_are_named_and_no_holes(lane: Bench, owner: Owner):
    gone = RecordsDropped(seq=4, at=NOW, first=2, last=7, count=4)
    await lane.take(Sender().frame(opened(1), gone, opened(5), opened(8)))
    assert rows(
        owner, "select seen::text, dropped::text, whole from store.lane_state"
    ) == [("{[1,2),[4,6),[8,9)}", "{[2,8)}", True)]


async def test_dropping_what_came_is_no_second_record(lane: Bench, owner: Owner):
    await lane.take(Sender().frame(opened(1), opened(2)))
    gone = Sender().frame(RecordsDropped(seq=2, at=NOW, first=2, last=4), opened(5))
    assert outcomes(await lane.take(gone)) == told(gone)
    assert (
        rows(owner, "select kind from store.event order by seq")
        == [("contact.opened",)] * 3
    )
    assert reused(owner) == []
    assert rows(owner, "select whole, again from store.lane_state") == [(True, 1)]


async def test_dropping_from_nothing_to_nothing_spoils_no_frame(
    lane: Bench, owner: Owner
):
    odd = [
        RecordsDropped(seq=1, at=NOW, first=0, last=0),
        RecordsDropped(seq=2, at=NOW, first=9, last=3),
        RecordsDropped(seq=3, at=NOW, first=3, last=2**53),
    ]
    frame = Sender().frame(*odd)
    assert outcomes(await lane.take(frame)) == told(frame)
    assert rows(owner, "select whole from store.lane_state") == [(True,)]


async def test_a_run_says_how_far_the_one_before_had_come(lane: Bench, owner: Owner):
    old, new = "a" * 16, "b" * 16
    await lane.take(Sender(run=old).frame(opened(1)))
    started = RunStarted(at=NOW, previous=old, last_al=2, last_up=3)
    await lane.take_on("al", Sender(run=new, lane="al").frame(started))
    assert rows(
        owner,
        "select run, lane, last, successor, whole from store.lane_state order by 1, 2",
    ) == [
        (old, "al", 2, new, False),
        (old, "up", 3, new, False),
        (new, "al", None, None, True),
    ]
    await lane.take(Sender(run=old).frame(opened(2), opened(3)))
    assert rows(owner, "select whole from store.lane_state where lane = 'up'") == [
        (True,)
    ]


async def test_a_second_word_about_the_run_before_counts_for_nothing(
    lane: Bench, owner: Owner
):
    first = RunStarted(seq=1, at=NOW)
    second = RunStarted(seq=1, at=NOW, previous="a" * 16, last_up=1000)
    for record in (first, second):
        await lane.take_on("al", Sender(run="b" * 16, lane="al").frame(record))
    assert rows(owner, "select count(last) from store.lane_state") == [(0,)]
    assert len(reused(owner)) == 1


async def test_two_collectors_with_the_same_in_other_orders_never_deadlock(
    database_url: Callable[[Role], str], tmp_path: Path, owner: Owner
):
    url = database_url("wachtpost_collector")
    devices = (world.STATION, world.KIT, world.OTHER)
    runs = [f"{n:016x}" for n in range(1, 5)]

    def batch(step: int) -> list[Any]:
        """Each lane of each run of each device; every fourth number is another."""
        return [
            message(
                Sender(device, run, lane).frame(record),
                device,
                "al" if device == world.KIT else lane,
            )
            for device in devices
            for run in runs
            for lane in ("al", "up")
            for record in [
                RunStarted(seq=step, at=NOW, previous=runs[step % 4], last_al=1)
                if step % 3
                else Heartbeat(
                    seq=step,
                    at=NOW,
                    uptime_s=step,
                    backlog_al=0,
                    backlog_up=0,
                    disk_free=0.5,
                )
            ]
        ]

    async with bench(url, tmp_path) as one, bench(url, tmp_path) as other:
        for step in range(1, 13):
            same = batch(step)
            await asyncio.gather(one.lane.take(same), other.lane.take(same[::-1]))
        assert not one.health.troubles
        assert not other.health.troubles
    assert rows(owner, "select count(*) from store.event") == [(3 * 4 * 2 * 12,)]
    assert rows(owner, "select distinct seen::text, again from store.lane_state") == [
        ("{[1,13)}", 12)
    ]
    deadlocks = (
        "select deadlocks from pg_stat_database where datname = current_database()"
    )
    assert rows(owner, deadlocks) == [(0,)]


async def test_two_collectors_with_two_records_under_one_number_keep_one(
    database_url: Callable[[Role], str], tmp_path: Path, owner: Owner
):
    url = database_url("wachtpost_collector")
    async with bench(url, tmp_path) as one, bench(url, tmp_path) as other:
        for seq in range(1, 21):
            receipts = await asyncio.gather(
                one.take(Sender().frame(opened(seq))),
                other.take(Sender().frame(opened(seq, at=NOW + timedelta(seconds=1)))),
            )
            said = sorted(word for each in receipts for word in outcomes(each).values())
            assert said == ["number_taken", "stored"]
    assert rows(
        owner,
        "select count(*), count(distinct seq) from store.event"
        " where kind = 'contact.opened'",
    ) == [(20, 20)]
    assert len(reused(owner)) == 1


FRAMES = st.lists(
    st.lists(
        st.lists(st.integers(1, 25), min_size=1, max_size=6), min_size=1, max_size=4
    ),
    min_size=1,
    max_size=6,
)


@given(batches=FRAMES)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_any_loss_order_and_repetition_is_what_plain_sets_say_a13(
    database_url: Callable[[Role], str],
    tmp_path: Path,
    owner: Owner,
    batches: list[list[list[int]]],
):
    owner.execute(
        b"truncate store.event, store.measurement, store.lane_state, store.gap"
    )
    seen: set[int] = set()
    again = late = 0
    async with bench(database_url("wachtpost_collector"), tmp_path) as lane:
        for batch in batches:
            reach, before = max(seen, default=0), set(seen)
            frames = [
                Sender().frame(*(measured(n) if n % 3 else opened(n) for n in numbers))
                for numbers in batch
            ]
            await lane.take(*frames)
            came = [n for numbers in batch for n in numbers]
            seen |= set(came)
            again += len(came) - len(seen - before)
            late += sum(n < reach for n in seen - before)
        assert counted(lane.metrics) == (again, late)
    stored = rows(
        owner, "select seq from store.event union all select seq from store.measurement"
    )
    assert sorted(seq for (seq,) in stored) == sorted(seen)
    ((noted, whole, counts),) = rows(
        owner, "select seen::text, whole, array[again, late] from store.lane_state"
    )
    assert number.read(noted) == number.union((n, n) for n in seen)
    assert whole == (seen == set(range(1, len(seen) + 1)))
    assert counts == [again, late]


def test_the_records_of_these_tests_are_what_a_device_can_write():
    for record in OTHERS.values():
        assert decode_record(encode_record(record)) == record
