"""When there is no room the outbox says so, and alarms still fit."""

import os
from pathlib import Path

import pytest

from edge.errors import OutboxFullError
from edge.outbox import Outbox, OutboxPlan
from sites.event import PanicPressed, kind_of
from sites.health import DiskFull, DiskRestored, RecordsDropped, RunStarted
from tests.edge.records import (
    NOON,
    after,
    fill,
    measurement,
    numbers,
    opened,
    panic,
    start_of,
    waiting,
)
from tests.edge.small_disk import SmallDisk

SMALL = OutboxPlan(limit=64 * 1024, segment=4096, reserve=4096)


def taken(disk: SmallDisk) -> None:
    """Have somebody else take the rest of the disk."""
    disk.room = disk.used


def test_measurements_push_no_event_out_and_are_refused_by_name(tmp_path: Path):
    plan = OutboxPlan(limit=16 * 1024, segment=4096, reserve=4096)
    with Outbox(tmp_path, NOON, plan) as box:
        events = 0
        while box._used() < plan.limit - 150:
            events = box.append(opened())
        last = fill(box, measurement(), 7)
        kept = numbers(box, "up")
        assert kept[:events] == list(range(1, events + 1))
        box.append(panic())
        kinds = [kind_of(record) for _, record in waiting(box, "al")]
        assert kinds == ["run.started", "disk.full", "panic.pressed"]
        box.forget(box.run, "up", kept)
        box.append(measurement(at=after(5)))
        assert box.full is False
        found = [record for _, record in waiting(box, "up")]
    dropped, restored, fresh = found
    assert isinstance(dropped, RecordsDropped)
    assert (dropped.first, dropped.last, dropped.count) == (
        kept[-1] + 1,
        last,
        last - kept[-1],
    )
    assert dropped.seq == last
    assert isinstance(restored, DiskRestored)
    assert [restored.seq, fresh.seq] == [last + 1, last + 2]


def test_every_number_is_kept_or_named_as_dropped(tmp_path: Path):
    disk = SmallDisk(tmp_path, 40_000)
    plan = OutboxPlan(limit=10**6, segment=4096, reserve=8192)
    with Outbox(tmp_path, NOON, plan, disk) as box:
        fill(box, measurement(), 300)
        disk.room = 200_000
        last = fill(box, measurement(at=after(60)), 100)
        found = [record for _, record in waiting(box, "up")]
    covered: list[int] = []
    for record in found:
        if isinstance(record, RecordsDropped):
            covered += range(record.first, record.last + 1)
        else:
            covered.append(record.seq)
    assert any(isinstance(record, RecordsDropped) for record in found)
    assert covered == list(range(1, last + 1))


def test_alarms_still_fit_on_a_full_disk(tmp_path: Path):
    disk = SmallDisk(tmp_path, 20_000)
    plan = OutboxPlan(limit=10**6, segment=4096, reserve=8192)
    with Outbox(tmp_path, NOON, plan, disk) as box:
        fill(box, opened(), 60)
        taken(disk)
        box.append(measurement())
        assert box.full
        for _ in range(20):
            box.append(panic())
        run = box.run
    with Outbox(tmp_path, after(60), plan, SmallDisk(tmp_path, 10**6)) as box:
        own = [record for of, record in waiting(box, "al") if of == run]
    assert [type(record) for record in own[:2]] == [RunStarted, DiskFull]
    assert [type(record) for record in own[2:]] == [PanicPressed] * 20


def test_an_alarm_that_no_disk_takes_is_still_sent(tmp_path: Path):
    disk = SmallDisk(tmp_path, 10**6)
    with Outbox(tmp_path, NOON, SMALL, disk) as box:
        disk.broken = True
        seq = box.append(panic())
        found = [record for _, record in waiting(box, "al")]
        assert seq in [record.seq for record in found]
        assert box.forget(box.run, "al", [seq]) == 1
        disk.broken = False


def test_an_outbox_opens_on_a_disk_without_any_room(tmp_path: Path):
    disk = SmallDisk(tmp_path, 10)
    with Outbox(tmp_path, NOON, SMALL, disk) as box:
        box.append(panic())
        box.append(measurement())
        kinds = [kind_of(record) for _, record in waiting(box, "al")]
    assert kinds == ["run.started", "disk.full", "panic.pressed"]


def test_memory_is_bounded_when_no_disk_takes_alarms(tmp_path: Path):
    disk = SmallDisk(tmp_path, 10**6)
    with Outbox(tmp_path, NOON, SMALL, disk) as box:
        disk.broken = True
        with pytest.raises(OutboxFullError):
            fill(box, panic(), 5000)
        disk.broken = False


def test_one_shortage_is_one_record_while_the_disk_stays_broken(tmp_path: Path):
    disk = SmallDisk(tmp_path, 10**6)
    with Outbox(tmp_path, NOON, SMALL, disk) as box:
        disk.broken = True
        for second in range(100):
            box.append(measurement(at=after(second)))
        kinds = [kind_of(record) for _, record in waiting(box, "al")]
        disk.broken = False
    assert kinds.count("disk.full") == 1


def test_what_was_dropped_is_told_when_the_agent_ends_meanwhile(tmp_path: Path):
    disk = SmallDisk(tmp_path, 20_000)
    plan = OutboxPlan(limit=10**6, segment=4096, reserve=8192)
    with Outbox(tmp_path, NOON, plan, disk) as box:
        fill(box, opened(), 60)
        taken(disk)
        last = fill(box, measurement(), 10)
        run = box.run
    with Outbox(tmp_path, NOON, plan, SmallDisk(tmp_path, 10**6)) as box:
        end = [record for of, record in waiting(box, "up") if of == run][-1]
        assert isinstance(end, RecordsDropped)
        assert (end.last, start_of(box).last_up) == (last, last)


def test_a_write_that_did_not_fit_leaves_no_torn_bytes(tmp_path: Path):
    disk = SmallDisk(tmp_path, 20_000)
    plan = OutboxPlan(limit=10**6, segment=10**6, reserve=8192)
    box = Outbox(tmp_path, NOON, plan, disk)
    fill(box, opened(), 60)
    disk.room = disk.used + 10
    fill(box, measurement(), 10)
    assert box.full
    os.close(box._lock)  # as if it was killed
    with Outbox(tmp_path, NOON, plan, SmallDisk(tmp_path, 10**6)) as again:
        kinds = [kind_of(record) for _, record in waiting(again, "al")]
    assert "outbox.damaged" not in kinds
