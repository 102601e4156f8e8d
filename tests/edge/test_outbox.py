"""The outbox keeps a record until it is confirmed, through any number of runs."""

import os
from pathlib import Path

import pytest

from edge.disk import Disk, sync_files
from edge.errors import OutboxBusyError
from edge.outbox import Outbox, OutboxPlan
from edge.past import count_written
from sites.event import kind_of
from sites.health import OutboxDamaged
from tests.edge.records import (
    NOON,
    after,
    measurement,
    numbers,
    panic,
    start_of,
    waiting,
)
from tests.edge.small_disk import SmallDisk

SMALL = OutboxPlan(limit=64 * 1024, segment=4096, reserve=4096)


def test_numbers_run_from_one_in_each_lane_without_gaps(tmp_path: Path):
    with Outbox(tmp_path, NOON) as box:
        given = [box.append(measurement()) for _ in range(3)]
        alarms = [box.append(panic()) for _ in range(2)]
    assert given == [1, 2, 3]
    assert alarms == [2, 3]  # 1 is the run's start


def test_the_first_record_of_a_run_names_the_one_before_it(tmp_path: Path):
    with Outbox(tmp_path, NOON) as first:
        for _ in range(4):
            first.append(measurement())
        first.append(panic())
    with Outbox(tmp_path, after(60)) as second:
        start = start_of(second)
    assert start.seq == 1
    assert (start.previous, start.last_al, start.last_up) == (first.run, 2, 4)


def test_a_run_says_whether_its_clock_was_known_to_be_right(tmp_path: Path):
    with Outbox(tmp_path, NOON, clock_trusted=False) as box:
        assert start_of(box).clock_trusted is False
    with Outbox(tmp_path, NOON) as box:
        assert start_of(box).clock_trusted


def test_the_very_first_run_names_none_before_it(tmp_path: Path):
    with Outbox(tmp_path, NOON) as box:
        assert start_of(box).previous is None


def test_the_run_before_is_known_when_all_of_it_was_confirmed(tmp_path: Path):
    with Outbox(tmp_path, NOON) as first:
        for _ in range(4):
            first.append(measurement())
        first.forget(first.run, "up", range(1, 5))
        first.forget(first.run, "al", [1])
    with Outbox(tmp_path, after(60)) as second:
        start = start_of(second)
        assert (start.previous, start.last_al, start.last_up) == (first.run, 1, 4)
        assert [run for run, _ in waiting(second, "al")] == [second.run]
    with Outbox(tmp_path, after(90)) as third:
        assert start_of(third).previous == second.run


def test_a_run_that_died_before_its_first_record_is_nobodys_forerunner(tmp_path: Path):
    with Outbox(tmp_path, NOON) as first:
        pass
    lost = tmp_path / "00000002-00112233aabbccdd-al-000001.seg"
    whole = next(tmp_path.glob(f"*{first.run}-al*.seg")).read_bytes()
    lost.write_bytes(whole[:0])
    with Outbox(tmp_path, after(1)) as second:
        assert start_of(second).previous == first.run
        assert second.run in {run for run, _ in waiting(second, "al")}
    assert not lost.exists()


def test_what_waits_comes_in_order_through_many_segments_and_runs(tmp_path: Path):
    runs = []
    for _ in range(3):
        with Outbox(tmp_path, NOON, SMALL) as box:
            runs.append(box.run)
            for value in range(60):
                box.append(measurement(value))
    with Outbox(tmp_path, NOON, SMALL) as box:
        assert len(list(tmp_path.glob("*-up-*.seg"))) > 6
        found = waiting(box, "up")
    assert [run for run, _ in found] == [run for run in runs for _ in range(60)]
    assert [record.seq for _, record in found] == [*range(1, 61)] * 3


def test_a_batch_holds_one_run_and_no_more_than_asked(tmp_path: Path):
    with Outbox(tmp_path, NOON) as first:
        for _ in range(5):
            first.append(measurement())
    with Outbox(tmp_path, NOON) as second:
        for _ in range(5):
            second.append(measurement())
        reader = second.reader("up")
        sizes = []
        while batch := reader.take(3, 10_000):
            sizes.append((batch.run, batch.seqs))
    assert sizes == [
        (first.run, (1, 2, 3)),
        (first.run, (4, 5)),
        (second.run, (1, 2, 3)),
        (second.run, (4, 5)),
    ]


def test_a_batch_keeps_to_the_room_of_its_frame(tmp_path: Path):
    with Outbox(tmp_path, NOON) as box:
        for _ in range(4):
            box.append(measurement())
        reader = box.reader("up")
        taken = []
        while batch := reader.take(50, 460):
            taken.append(len(batch.seqs))
    assert taken == [2, 2]


def test_a_reader_sees_what_is_written_after_it_came_to_the_end(tmp_path: Path):
    with Outbox(tmp_path, NOON) as box:
        reader = box.reader("up")
        assert reader.take(50, 10_000) is None
        box.append(measurement())
        batch = reader.take(50, 10_000)
        assert batch is not None
        assert batch.seqs == (1,)
        assert reader.take(50, 10_000) is None


def test_exactly_what_was_confirmed_is_forgotten(tmp_path: Path):
    with Outbox(tmp_path, NOON) as box:
        for _ in range(10):
            box.append(measurement())
        assert box.forget(box.run, "up", [2, 3, 7]) == 3
        assert box.forget(box.run, "up", [3, 99]) == 0
        assert box.forget("00" * 8, "up", [1]) == 0
        run = box.run
    with Outbox(tmp_path, NOON) as box:
        assert numbers(box, "up", run) == [1, 4, 5, 6, 8, 9, 10]
        assert box.backlog("up") == 7


def test_a_segment_of_which_all_is_confirmed_is_deleted(tmp_path: Path):
    with Outbox(tmp_path, NOON, SMALL) as box:
        for _ in range(200):
            box.append(measurement())
        before = len(list(tmp_path.glob("*-up-*.seg")))
        box.forget(box.run, "up", range(1, 201))
        assert before > 2
        assert len(list(tmp_path.glob("*-up-*.seg"))) == 1
        assert len(list(tmp_path.glob("*-up-*.ack"))) <= 1
        assert numbers(box, "up") == []


def test_a_second_process_is_refused(tmp_path: Path):
    with Outbox(tmp_path, NOON), pytest.raises(OutboxBusyError) as refused:
        Outbox(tmp_path, NOON)
    assert str(refused.value) == (
        f"another process has the outbox {str(tmp_path)!r} open"
    )
    with Outbox(tmp_path, NOON):
        pass


def test_an_alarm_is_on_the_medium_when_append_returns(tmp_path: Path):
    disk = SmallDisk(tmp_path, 10**8)
    with Outbox(tmp_path, NOON, SMALL, disk) as box:
        before = disk.synced
        box.append(panic())
        assert disk.synced == before + 1


def test_plain_records_reach_the_medium_in_groups(tmp_path: Path):
    disk = SmallDisk(tmp_path, 10**8)
    plan = OutboxPlan(group=10, reserve=4096)
    with Outbox(tmp_path, NOON, plan, disk) as box:
        before = disk.synced
        for _ in range(9):
            box.append(measurement())
        assert disk.synced == before
        box.append(measurement())
        assert disk.synced == before + 1
        box.append(measurement())
        sync_files(box.unsynced(), disk)
        assert disk.synced == before + 2
        assert box.unsynced() == []


def test_what_a_killed_run_left_is_on_the_medium_before_the_next_names_it(
    tmp_path: Path,
):
    box = Outbox(tmp_path, NOON)
    for _ in range(3):
        box.append(measurement())
    os.close(box._lock)  # as if it was killed: nothing of it was synced
    (left,) = tmp_path.glob(f"*-{box.run}-up-*.seg")
    disk = NotingDisk()
    with Outbox(tmp_path, after(1), disk=disk) as again:
        assert start_of(again).last_up == 3
        (start,) = tmp_path.glob(f"*-{again.run}-al-*.seg")
    files = [name for name, _ in disk.synced]
    assert disk.synced[files.index(left.name)] == (left.name, left.stat().st_size)
    assert files.index(left.name) < files.index(start.name)


class NotingDisk(Disk):
    """Notes which file was synced at which size."""

    def __init__(self) -> None:
        self.synced: list[tuple[str, int]] = []

    def sync(self, fd: int) -> None:
        name = Path(f"/proc/self/fd/{fd}").readlink().name
        self.synced.append((name, os.fstat(fd).st_size))
        super().sync(fd)


def test_an_entry_that_goes_bad_later_is_passed_over(tmp_path: Path):
    with Outbox(tmp_path, NOON) as box:
        for _ in range(3):
            box.append(measurement())
        path = next(tmp_path.glob("*-up-*.seg"))
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(data)
        reader = box.reader("up")
        batch = reader.take(50, 10_000)
        assert batch is not None
        assert batch.seqs == (1, 3)
        assert reader.unreadable == 1


def test_written_counts_all_runs_while_it_runs_and_after(tmp_path: Path):
    assert count_written(tmp_path) == 0
    with Outbox(tmp_path, NOON, SMALL) as box:
        for _ in range(150):
            box.append(measurement())
        assert count_written(tmp_path) == 151
        box.forget(box.run, "up", range(1, 151))
        assert count_written(tmp_path) == 151
    for runs in (1, 2, 3):
        with Outbox(tmp_path, NOON, SMALL) as box:
            box.append(panic())
            box.forget(box.run, "al", [1, 2])
        assert count_written(tmp_path) == 151 + 2 * runs


def test_written_survives_a_death_before_the_tally_was_saved(tmp_path: Path):
    with Outbox(tmp_path, NOON) as box:
        box.append(panic())
    tally = (tmp_path / "tally.json").read_bytes()
    with Outbox(tmp_path, NOON) as box:
        box.append(panic())
    (tmp_path / "tally.json").write_bytes(tally)
    assert count_written(tmp_path) == 4
    with Outbox(tmp_path, NOON) as again:
        assert start_of(again).previous == box.run
        assert count_written(tmp_path) == 5


def test_files_of_others_in_the_folder_are_left_alone(tmp_path: Path):
    (tmp_path / "notes.seg").write_bytes(b"not ours")
    with Outbox(tmp_path, NOON) as box:
        assert [kind_of(record) for _, record in waiting(box, "al")] == ["run.started"]
    assert (tmp_path / "notes.seg").read_bytes() == b"not ours"


def test_only_the_owner_can_read_the_files(tmp_path: Path):
    with Outbox(tmp_path / "outbox", NOON) as box:
        box.append(measurement())
    modes = [path.stat().st_mode & 0o077 for path in (tmp_path / "outbox").iterdir()]
    assert set(modes) == {0}
    assert (tmp_path / "outbox").stat().st_mode & 0o077 == 0


def test_damage_is_told_once_and_kept_aside(tmp_path: Path):
    with Outbox(tmp_path, NOON) as box:
        for _ in range(3):
            box.append(measurement())
        run = box.run
    path = next(tmp_path.glob(f"*{run}-up-*.seg"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    with Outbox(tmp_path, NOON) as box:
        assert numbers(box, "up", run) == [1, 2]
        damage = [r for _, r in waiting(box, "al") if isinstance(r, OutboxDamaged)]
        lost = len(whole) - 5 - path.stat().st_size
        assert [(one.segments, one.lost_bytes) for one in damage] == [(1, lost)]
    (aside,) = (tmp_path / "damaged").iterdir()
    assert aside.read_bytes() == whole[-5 - lost : -5]
    with Outbox(tmp_path, NOON) as box:
        damage = [r for _, r in waiting(box, "al") if isinstance(r, OutboxDamaged)]
        assert len(damage) == 1
        assert numbers(box, "up", run) == [1, 2]
