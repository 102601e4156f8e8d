"""What comes in is stored once, and only what is new reaches the rules."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sites.event import AlarmRaised, ContactOpened, MeasurementTaken, PanicPressed
from sites.health import DiskFilling, Heartbeat
from sites.sight import (
    CameraLost,
    ClipKept,
    LensDirty,
    LightChanged,
    MotionEnded,
    NuisanceEnded,
    NuisanceStarted,
    PresetProposed,
    VisitLingered,
    VisitsRepeated,
)
from tests.collector import world
from tests.collector.databases import Role
from tests.collector.intake.bench import Bench, bench, message, outcomes, told
from tests.collector.world import NOW, Sender

pytestmark = pytest.mark.both_databases
Owner = psycopg.Connection[tuple[object, ...]]


def opened(seq: int = 0, at: datetime = NOW) -> ContactOpened:
    return ContactOpened(seq=seq, at=at, sensor=1, zone=1)


def count(owner: Owner, table: str) -> object:
    row = owner.execute(f"select count(*) from store.{table}".encode()).fetchone()  # noqa: S608  # a constant of the test
    assert row is not None
    return row[0]


def all_of(owner: Owner, text: str) -> list[Any]:
    return owner.execute(text.encode()).fetchall()


async def test_a_record_becomes_a_row_at_its_place(lane: Bench, owner: Owner):
    frame = Sender().frame(opened())
    assert outcomes(await lane.take(frame)) == told(frame)
    assert all_of(
        owner,
        "select device, run, lane, seq, at, received, unit, site, kind, sensor, zone,"
        " data from store.event",
    ) == [
        (
            world.STATION,
            world.RUN,
            "up",
            1,
            NOW,
            NOW,
            "noord",
            "haven",
            "contact.opened",
            1,
            1,
            {},
        )
    ]


async def test_a_number_goes_to_its_own_table(lane: Bench, owner: Owner):
    frame = Sender().frame(
        MeasurementTaken(at=NOW, sensor=1, quantity="temperature", value=21.5), opened()
    )
    await lane.take(frame)
    assert all_of(owner, "select seq, quantity, value from store.measurement") == [
        (1, "temperature", 21.5)
    ]
    assert all_of(owner, "select seq from store.event") == [(2,)]


async def test_a_sensor_without_a_zone_of_its_own_gets_it_from_the_inventory(
    lane: Bench,
):
    sender = Sender(lane="al")
    frame = sender.frame(AlarmRaised(at=NOW, sensor=2, cause="contact"))
    await lane.take_on("al", frame)
    (row,) = lane.judged
    assert (row.sensor, row.zone, row.data) == (2, 2, {"cause": "contact"})


async def test_the_same_frame_twice_is_one_row_and_two_receipts(
    lane: Bench, owner: Owner
):
    frame = Sender().frame(opened())
    first = await lane.take(frame)
    second = await lane.take(frame)
    assert outcomes(first) == outcomes(second) == told(frame)
    assert count(owner, "event") == 1
    assert lane.metrics.duplicates.labels("plain")._value.get() == 1


async def test_a_record_in_two_frames_of_one_batch_is_one_row(
    lane: Bench, owner: Owner
):
    sender = Sender()
    frames = [sender.frame(opened(1), opened(2)), sender.frame(opened(2), opened(3))]
    assert outcomes(await lane.take(*frames)) == told(*frames)
    assert count(owner, "event") == 3


async def test_only_what_is_new_reaches_the_rules(lane: Bench, owner: Owner):
    sender = Sender(lane="al")
    frame = sender.frame(PanicPressed(at=NOW, sensor=4, silent=False))
    for _ in range(3):
        await lane.take_on("al", frame)
    await lane.take_on("al", frame, frame)
    assert len(lane.judged) == 1
    assert all_of(owner, "select cause, state from store.incident") == [
        ("panic", "open")
    ]
    assert count(owner, "incident_record") == 1


async def test_any_order_with_any_repetition_gives_the_same_rows(
    lane: Bench, owner: Owner
):
    sender = Sender()
    frames = [sender.frame(opened(n), opened(n + 1)) for n in range(1, 60)] * 2
    random.Random(7).shuffle(frames)  # noqa: S311  # the same order each time
    for start in range(0, len(frames), 13):
        await lane.take(*frames[start : start + 13])
    assert count(owner, "event") == 60
    assert all_of(owner, "select min(seq), max(seq) from store.event") == [(1, 60)]


async def test_two_lanes_that_store_the_same_at_once_store_it_once(
    database_url: Callable[[Role], str], tmp_path: Path, owner: Owner
):
    url = database_url("wachtpost_collector")
    sender = Sender(lane="al")
    frames = [
        sender.frame(PanicPressed(at=NOW, sensor=4, silent=False)) for _ in range(30)
    ]
    backwards = frames[::-1]
    async with bench(url, tmp_path) as one, bench(url, tmp_path) as other:
        for at in range(0, 30, 5):
            await asyncio.gather(
                one.take_on("al", *frames[at : at + 5]),
                other.take_on("al", *backwards[at : at + 5]),
            )
        assert len(one.judged) + len(other.judged) == 30
    assert count(owner, "event") == 30
    assert count(owner, "incident") == 1
    assert count(owner, "incident_record") == 30


@pytest.mark.parametrize(
    "at",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2019, 12, 31, 23, 59, tzinfo=UTC),
        datetime(2100, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        NOW + timedelta(days=1, seconds=1),
    ],
)
async def test_an_impossible_time_is_kept_as_said_and_seen_by_the_rules_on_arrival(
    lane: Bench, owner: Owner, at: datetime
):
    sender = Sender(lane="al")
    frame = sender.frame(PanicPressed(at=at, sensor=4, silent=True))
    receipts = [await lane.take_on("al", frame) for _ in range(2)]
    assert [outcomes(one) for one in receipts] == [told(frame)] * 2
    assert count(owner, "event") == 0
    assert all_of(owner, "select at, seq, kind from store.event_untimed") == [
        (at.isoformat(), 1, "panic.pressed")
    ]
    (row,) = lane.judged
    assert (row.at, row.timed, row.record and row.record.at) == (NOW, False, at)
    assert all_of(owner, "select occurred, silent from store.incident") == [(NOW, True)]


@pytest.mark.parametrize(
    "at", [datetime(2020, 1, 1, tzinfo=UTC), NOW + timedelta(hours=23), NOW]
)
async def test_a_possible_time_is_taken_as_it_is(
    lane: Bench, owner: Owner, at: datetime
):
    await lane.take(Sender().frame(opened(at=at)))
    assert all_of(owner, "select at from store.event") == [(at,)]


async def test_what_came_too_early_is_not_stored_again_when_its_time_has_come(
    lane: Bench, owner: Owner
):
    frame = Sender().frame(opened(at=NOW + timedelta(hours=25)))
    await lane.take(frame)
    later = message(frame, received=NOW + timedelta(hours=2))
    await lane.lane.take([later])
    assert (count(owner, "event"), count(owner, "event_untimed")) == (0, 1)
    assert len(lane.source.answers) == 2


async def test_a_kind_of_a_newer_version_is_kept_raw(lane: Bench, owner: Owner):
    newer = (
        b'{"kind":"window.broken","seq":2,"at":"2026-11-20T12:00:00Z","loud":"\\u0000"}'
    )
    frame = Sender().raw(*[newer])
    assert outcomes(await lane.take(frame)) == told(frame)
    ((kind, data),) = all_of(owner, "select kind, data from store.event")
    assert kind == "unknown"
    assert data["kind"] == "window.broken"
    assert "raw" in data


async def test_a_number_that_no_sensor_gives_spoils_no_chart(lane: Bench, owner: Owner):
    fields = '"sensor":1,"quantity":"co2","at":"2026-11-20T12:00:00Z"'
    wild = [
        f'{{"kind":"measurement.taken","seq":{seq},"value":1e308,{fields}}}'.encode()
        for seq in (1, 2)
    ]
    frame = Sender().raw(*wild)
    assert outcomes(await lane.take(frame)) == told(frame)
    assert all_of(owner, "select avg(value) from store.measurement") == [(None,)]
    assert all_of(owner, "select kind from store.event") == [("unknown",)] * 2


async def test_what_cameras_tell_lies_at_the_zone_that_they_look_at(
    lane: Bench, owner: Owner
):
    at: dict[str, Any] = {"at": NOW, "sensor": 5}
    records = (
        CameraLost(**at, reason="covered", suspect="tamper"),
        LightChanged(**at, change="infrared_on"),
        NuisanceStarted(**at),
        NuisanceEnded(**at, zone=2, seconds=60.0, held=7),
        MotionEnded(**at, zone=2, seconds=3.0, entered="left", left="top"),
        VisitsRepeated(**at, zone=1, visits=3),
        VisitLingered(**at, zone=1, seconds=95.0),
        LensDirty(**at),
        PresetProposed(**at, preset="low", now=41, then=6, hours=168),
        ClipKept(**at, clip="a" * 64, seconds=20.0, before=5.0, size=1234),
        DiskFilling(at=NOW, used=0.8),
    )
    frame = Sender().frame(*records)
    assert outcomes(await lane.take(frame)) == told(frame)
    assert all_of(owner, "select kind, zone, data from store.event order by seq") == [
        ("camera.lost", 1, {"reason": "covered", "suspect": "tamper"}),
        ("light.changed", 1, {"change": "infrared_on"}),
        ("nuisance.started", 1, {}),
        ("nuisance.ended", 2, {"seconds": 60.0, "held": 7}),
        ("motion.ended", 2, {"seconds": 3.0, "entered": "left", "left": "top"}),
        ("visits.repeated", 1, {"visits": 3}),
        ("visit.lingered", 1, {"seconds": 95.0}),
        ("lens.dirty", 1, {}),
        ("preset.proposed", 1, {"preset": "low", "now": 41, "then": 6, "hours": 168}),
        (
            "clip.kept",
            1,
            {"clip": "a" * 64, "seconds": 20.0, "before": 5.0, "size": 1234},
        ),
        ("disk.filling", None, {"used": 0.8}),
    ]


async def test_an_unknown_record_without_a_time_is_untimed(lane: Bench, owner: Owner):
    frame = Sender().raw(b'{"kind":"window.broken","seq":2}')
    assert outcomes(await lane.take(frame)) == told(frame)
    assert all_of(owner, "select seq, kind from store.event_untimed") == [
        (2, "unknown")
    ]


async def test_who_is_heard_is_there(lane: Bench, owner: Owner):
    beat = Heartbeat(
        at=NOW, uptime_s=5, backlog_al=0, backlog_up=7, disk_free=0.5, cameras=1
    )
    await lane.take(Sender().frame(beat))
    await lane.take(Sender(run="f" * 16).frame(opened()))
    ((run, heartbeat, fresh),) = all_of(
        owner,
        "select run, heartbeat, now() - heard < interval '1 minute'"
        " from store.device_state",
    )
    assert (run, heartbeat["backlog_up"], fresh) == ("f" * 16, 7, True)
    assert all_of(owner, "select device, way, lost_since from store.path_state") == [
        (world.STATION, 1, None)
    ]


async def test_a_batch_of_many_devices_is_one_transaction(lane: Bench, owner: Owner):
    devices = (world.STATION, world.KIT, world.OTHER)
    beat = Heartbeat(at=NOW, uptime_s=5, backlog_al=0, backlog_up=0, disk_free=0.5)
    frames = [message(Sender(device).frame(beat), device) for device in devices]
    await lane.lane.take(frames)
    assert count(owner, "event") == 3
    assert all_of(
        owner, "select device, unit from store.device_state order by device"
    ) == [
        (world.STATION, "noord"),
        (world.KIT, "noord"),
        (world.OTHER, "zuid"),
    ]
    assert {topic for topic, _ in lane.source.answers} == {
        f"wp/1/{device}-1/down" for device in devices
    }
