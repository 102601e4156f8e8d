"""Near the limit the oldest measurements go, then events, alarms never, each named."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.outbox import Outbox, OutboxPlan
from edge.past import count_written
from edge.segment import Written
from sites.event import ContactOpened, MeasurementTaken
from sites.frame import encode_record
from sites.health import RecordsDropped
from sites.record import Record
from tests.edge.records import (
    NOON,
    after,
    fill,
    measurement,
    numbers,
    opened,
    panic,
    waiting,
)
from tests.edge.small_disk import SmallDisk

PLAN = OutboxPlan(limit=32 * 1024, segment=4096, reserve=4096)
ROOM = 65_536
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a tmpfs


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder in memory, since much is written anew and synced."""
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as top:
        yield Path(top)


def plain(box: Outbox, run: str | None = None) -> list[Record]:
    """Give what waits in the plain lane of one run, the box's own if not said."""
    return [one for of, one in waiting(box, "up") if of == (run or box.run)]


def gaps(records: list[Record], last: int) -> list[int]:
    """Give the numbers that neither came nor were named as gone."""
    covered = {one.seq for one in records}
    for one in records:
        if isinstance(one, RecordsDropped):
            covered |= set(range(one.first, one.last + 1))
    return sorted(set(range(1, last + 1)) - covered)


def test_the_oldest_measurements_go_and_every_event_stays(folder: Path):
    with Outbox(folder, NOON, PLAN) as box:
        events = []
        for number in range(1, 1001):
            record = opened() if number % 25 == 0 else measurement()
            seq = box.append(record)
            events += [seq] if number % 25 == 0 else []
        found = plain(box)
        kinds = {one.seq: type(one) for one in found}
        assert [seq for seq, kind in kinds.items() if kind is ContactOpened] == events
        left = [seq for seq, kind in kinds.items() if kind is MeasurementTaken]
        assert left == [n for n in range(left[0], 1001) if n not in events]
        assert left[0] > 500
        assert box.full is False
        assert box._used() <= PLAN.limit


def test_what_was_dropped_is_named_and_counted(folder: Path):
    with Outbox(folder, NOON, PLAN) as box:
        last = fill(box, measurement(), 2000)
        found = plain(box)
    dropped = [one for one in found if isinstance(one, RecordsDropped)]
    assert gaps(found, last) == []
    assert sum(one.count or 0 for one in dropped) == last + len(dropped) - len(found)
    assert [one.seq for one in dropped] == [one.last for one in dropped]


def test_no_number_is_named_by_two_records(folder: Path):
    with Outbox(folder, NOON, PLAN) as box:
        for number in range(3000):
            box.append(opened() if number % 100 == 0 else measurement())
        dropped = [one for one in plain(box) if isinstance(one, RecordsDropped)]
    ends = [place for one in dropped for place in (one.first, one.last)]
    assert ends == sorted(ends)
    assert len(dropped) > 1


def test_a_long_flood_leaves_few_files(folder: Path):
    with Outbox(folder, NOON, PLAN) as box:
        fill(box, measurement(), 20_000)
        assert len(list(folder.glob("*-up-*"))) <= 2 * PLAN.limit // PLAN.segment
        assert len([one for one in plain(box) if isinstance(one, RecordsDropped)]) <= 2


def test_events_go_only_when_no_measurement_is_left(folder: Path):
    with Outbox(folder, NOON, PLAN) as box:
        fill(box, measurement(), 150)
        last = fill(box, opened(), 400)
        found = plain(box)
        assert gaps(found, last) == []
        assert not any(isinstance(one, MeasurementTaken) for one in found)
        events = [one.seq for one in found if isinstance(one, ContactOpened)]
        assert events == list(range(events[0], last + 1))


def test_alarms_never_go(folder: Path):
    with Outbox(folder, NOON, PLAN) as box:
        alarms = [fill(box, panic(), 10) and box.written["al"] for _ in range(100)]
        fill(box, opened(), 300)
        assert [seq for seq in numbers(box, "al") if seq > 1][-1] >= alarms[-1]
        own = [one for _, one in waiting(box, "al") if one.seq <= alarms[-1]]
        assert len(own) == alarms[-1]


def test_what_is_under_way_is_not_dropped(folder: Path):
    with Outbox(folder, NOON, PLAN) as box:
        fill(box, measurement(), 150)
        reader = box.reader("up")
        batches = [reader.take(50, ROOM) for _ in range(2)]
        flying = [seq for batch in batches if batch for seq in batch.seqs]
        last = fill(box, measurement(), 2000)
        assert flying[:3] == [1, 2, 3]
        assert set(flying) <= {
            one.seq for one in plain(box) if isinstance(one, MeasurementTaken)
        }
        rest: list[int] = []
        while batch := reader.take(50, ROOM):
            rest += batch.seqs
        assert rest[0] > flying[-1]
        assert rest == sorted(set(rest))
        assert rest[-1] == last
        assert box.forget(box.run, "up", flying) == len(flying)


def test_what_was_confirmed_is_neither_kept_nor_named(folder: Path):
    with Outbox(folder, NOON, PLAN) as box:
        fill(box, measurement(), 100)
        box.forget(box.run, "up", range(1, 90))
        last = fill(box, measurement(), 600)
        first = plain(box)[0]
        assert isinstance(first, RecordsDropped)
        assert first.first == 90
        assert gaps(plain(box), last) == list(range(1, 90))


def test_earlier_runs_give_theirs_first(folder: Path):
    with Outbox(folder, NOON, PLAN) as first:
        fill(first, measurement(), 150)
    with Outbox(folder, after(60), PLAN) as box:
        last = fill(box, measurement(), 200)
        old = plain(box, first.run)
        assert isinstance(old[0], RecordsDropped)
        assert gaps(old, 150) == []
        assert len(plain(box)) == last
        assert count_written(folder) == 152 + last


def test_a_draft_that_a_death_left_is_deleted(folder: Path):
    with Outbox(folder, NOON, PLAN):
        pass
    draft = folder / "00000001-0011223344556677-up-000001.seg.new"
    draft.write_bytes(bytes(100))
    with Outbox(folder, NOON, PLAN):
        assert not draft.exists()


class PhotographedDisk(SmallDisk):
    """Copies the folder after each step, as a power cut would leave it."""

    def __init__(self, folder: Path, album: Path) -> None:
        super().__init__(folder, 10**9)
        self.album = album
        self.count = 0
        self.on = False

    def picture(self) -> None:
        if self.on:
            shutil.copytree(self.folder, self.album / f"{self.count:04d}")
            self.count += 1

    def write(self, fd: int, data: bytes, offset: int) -> None:
        half = len(data) // 2
        super().write(fd, data[:half], offset)
        self.picture()
        super().write(fd, data[half:], offset + half)
        self.picture()

    def sync(self, fd: int) -> None:
        super().sync(fd)
        self.picture()


def test_a_death_at_any_step_loses_no_event_and_leaves_no_gap(folder: Path):
    inside, album = folder / "box", folder / "album"
    album.mkdir()
    disk = PhotographedDisk(inside, album)
    with Outbox(inside, NOON, PLAN, disk) as box:
        last = fill(box, opened(), 10)
        while box._used() < PLAN.limit - 150:
            last = box.append(measurement())
        fill(box, measurement(), 40)
        disk.on = True
        fill(box, measurement(), 60)
        disk.on = False
        run = box.run
    assert disk.count > 100
    for picture in sorted(album.iterdir()):
        with Outbox(picture, after(9), PLAN) as box:
            found = plain(box, run)
            assert gaps(found, last) == []
            seqs = [one.seq for one in found]
            assert seqs == sorted(set(seqs))
            events = [one for one in found if isinstance(one, ContactOpened)]
            assert [one.seq for one in events] == list(range(1, 11))


def test_a_disk_that_is_full_gives_the_room_of_measurements_to_events(folder: Path):
    disk = SmallDisk(folder, 40_000)
    plan = OutboxPlan(limit=10**6, segment=4096, reserve=8192)
    with Outbox(folder, NOON, plan, disk) as box:
        fill(box, measurement(), 400)
        last = fill(box, opened(), 100)
        assert box.full is False
        assert (folder / "reserve").stat().st_size == 8192
        found = plain(box)
    assert gaps(found, last) == []
    events = [one.seq for one in found if isinstance(one, ContactOpened)]
    assert events == list(range(401, 501))


def test_alarms_get_their_reserve_back_from_measurements(folder: Path):
    disk = SmallDisk(folder, 60_000)
    plan = OutboxPlan(limit=10**6, segment=4096, reserve=8192)
    with Outbox(folder, NOON, plan, disk) as box:
        fill(box, measurement(), 300)
        disk.room = disk.used
        fill(box, panic(), 5)
        assert not (folder / "reserve").exists()
        for second in range(1, 12):
            box.append(measurement(at=after(second)))
        assert (folder / "reserve").stat().st_size == 8192
        assert box.full is False
        assert gaps(plain(box), box.written["up"]) == []


def test_a_disk_that_takes_no_draft_changes_nothing(folder: Path):
    disk = SmallDisk(folder, 10**6)
    with Outbox(folder, NOON, PLAN, disk) as box:
        while box._used() < PLAN.limit - 150:
            box.append(measurement())
        before = plain(box)
        disk.broken = True
        fill(box, opened(), 20)
        assert plain(box) == before
        disk.broken = False
        box.append(opened(at=after(5)))
        assert gaps(plain(box), box.written["up"]) == []


def test_what_fails_when_the_new_file_is_in_its_place_costs_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    with Outbox(folder, NOON, PLAN) as box:
        fill(box, opened(), 20)
        while box._used() < PLAN.limit - 150:
            box.append(measurement())
        with monkeypatch.context() as broken:
            broken.setattr("edge.disk.sync_folder", refuse)
            fill(box, opened(), 5)
            was_full = box.full
        last = fill(box, opened(at=after(5)), 3)
        assert (was_full, box.full) == (True, False)
        found = plain(box)
        assert gaps(found, last) == []
        assert [one.seq for one in found[:20]] == list(range(1, 21))
        assert box._used() == sum(path.stat().st_size for path in folder.glob("*.seg"))
        assert box.forget(box.run, "up", [one.seq for one in found]) == len(found)


def refuse(_: Path) -> None:
    raise OSError(errno.EIO, "the medium is broken")


def test_a_segment_that_cannot_be_read_is_not_taken_for_empty(folder: Path):
    with Outbox(folder, NOON, PLAN) as box:
        fill(box, measurement(), 60)
        segment = box._lanes["up"].segments[0]
        hidden = segment.path.with_suffix(".hidden")
        segment.path.rename(hidden)
        with pytest.raises(FileNotFoundError):
            segment.standing()
        hidden.rename(segment.path)
        os.close(box._lock)
        box._lock = os.open(folder / "lock", os.O_RDWR)


def test_a_measurement_is_known_by_how_it_begins():
    assert Written(1, encode_record(measurement())).is_measurement
    assert not Written(1, encode_record(opened())).is_measurement
