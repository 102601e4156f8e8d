"""What was written into a later segment is read once, whatever comes back of it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge.entry import HEADER_BYTES
from edge.lane import LaneLog
from edge.outbox import Outbox, OutboxPlan
from sites.health import OutboxDamaged
from sites.record import Record
from tests.edge.records import NOON, after, fill, measurement, opened, waiting

PLAN = OutboxPlan(limit=32 * 1024, segment=4096, reserve=4096)


@dataclass(frozen=True)
class Deleted:
    """An outbox of an ended run, and the segments that were joined into later ones."""

    folder: Path
    run: str
    plain: list[Record]
    files: dict[Path, bytes]

    def again(self) -> list[Record]:
        """Open it, and give what waits of that run's plain records."""
        with Outbox(self.folder, after(9), PLAN) as box:
            assert not any(
                isinstance(one, OutboxDamaged) for _, one in waiting(box, "al")
            )
            return plain(box, self.run)


def plain(box: Outbox, run: str) -> list[Record]:
    return [one for of, one in waiting(box, "up") if of == run]


def join(log: LaneLog) -> tuple[Path, bytes]:
    """Write the second segment into the third, as an eviction does."""
    older, newer = log.segments[1:3]
    data = older.path.read_bytes()
    log.rewrite(newer, older.first, [*older.standing()[0], *newer.standing()[0]])
    log.remove(older)
    return older.path, data


@pytest.fixture
def deleted(tmp_path: Path) -> Deleted:
    """Give an outbox in which a segment was joined, and that into the one after it."""
    with Outbox(tmp_path / "outbox", NOON, PLAN) as box:
        fill(box, measurement(), 300)
        fill(box, opened(), 5)
        before = plain(box, box.run)
        files = dict(join(box._lanes["up"]) for _ in range(2))
    return Deleted(box.folder, box.run, before, files)


def changed(data: bytes) -> bytes:
    """Change a byte of the first entry."""
    place = HEADER_BYTES + 20
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "whole": bytes,
    "cut": lambda data: data[: len(data) // 2],
    "changed": changed,
    "without header": lambda data: bytes(HEADER_BYTES) + data[HEADER_BYTES:],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_joined_segment_that_a_power_cut_brings_back_is_read_once(
    deleted: Deleted, damage: str
):
    for path, data in deleted.files.items():
        copy = shutil.copytree(deleted.folder, deleted.folder.with_name("copy"))
        (copy / path.name).write_bytes(DAMAGE[damage](data))
        back = Deleted(copy, deleted.run, deleted.plain, {})
        assert back.again() == deleted.plain
        assert not (copy / path.name).exists()
        assert back.again() == deleted.plain
        shutil.rmtree(copy)


@pytest.mark.parametrize("damage", DAMAGE)
def test_two_that_were_joined_one_into_the_other_may_both_come_back(
    deleted: Deleted, damage: str
):
    for path, data in deleted.files.items():
        path.write_bytes(DAMAGE[damage](data))
    assert deleted.again() == deleted.plain
    assert not any(path.exists() for path in deleted.files)


@pytest.mark.parametrize("data", [b"", bytes(5000)])
def test_one_of_which_nothing_came_back_names_nothing_as_lost(
    deleted: Deleted, data: bytes
):
    for path in deleted.files:
        path.write_bytes(data)
    with Outbox(deleted.folder, after(9), PLAN) as box:
        assert plain(box, deleted.run) == deleted.plain
    with Outbox(deleted.folder, after(9), PLAN) as box:
        assert plain(box, deleted.run) == deleted.plain
