"""A device keeps 250, 500 or 1000 events, by grade, whatever else it has to write."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.outbox import Outbox, OutboxPlan
from edge.settings import Settings
from edge.stores import outbox_limit
from sites.event import ContactOpened
from sites.health import RecordsDropped
from tests.edge.records import NOON, after, measurement, opened, waiting
from tests.edge.test_full_disk import mount_command

FLOOD = 200_000
GRADES = {2: 250, 3: 500, 4: 1000}  # EN 50131-1: events to keep while offline
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a tmpfs
(LEAST_MB,) = (one.ge for one in Settings.model_fields["outbox_mb"].metadata[:1])

PROGRAM = """
import os, sys
from pathlib import Path
from edge.outbox import Outbox, OutboxPlan
from sites.event import PanicPressed
from tests.edge.records import NOON, after, measurement, panic, waiting

folder, count = Path(sys.argv[1]), int(sys.argv[2])
plan = OutboxPlan(limit=10**9)
box = Outbox(folder / "outbox", NOON, plan)
for _ in range(20_000):
    box.append(measurement())
try:
    with (folder / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
except OSError:
    pass
at = [after(second) for second in range(count)]
for one in at:
    box.append(panic(at=one))
run = box.run
os.close(box._lock)  # as if it was killed
with Outbox(folder / "outbox", after(60), plan) as box:
    found = [record for of, record in waiting(box, "al") if of == run]
    print([one.at for one in found if isinstance(one, PanicPressed)] == at)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder in memory, since much is written and synced."""
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as top:
        yield Path(top)


@pytest.mark.parametrize("events", GRADES.values())
def test_the_smallest_outbox_keeps_the_events_of_a_grade_in_a_flood_a12(
    folder: Path, events: int
):
    plan = OutboxPlan(limit=outbox_limit(LEAST_MB))
    at = [after(second) for second in range(events)]
    with Outbox(folder, NOON, plan) as box:
        for one in at[: events // 2]:
            box.append(opened(at=one))
        for _ in range(FLOOD):
            box.append(measurement())
        for one in at[events // 2 :]:
            box.append(opened(at=one))
        run = box.run
    with Outbox(folder, after(9), plan) as box:
        found = [record for of, record in waiting(box, "up") if of == run]
    assert [one.at for one in found if isinstance(one, ContactOpened)] == at
    gone = sum(one.count or 0 for one in found if isinstance(one, RecordsDropped))
    marks = len([one for one in found if isinstance(one, RecordsDropped)])
    assert gone + len(found) - marks == FLOOD + events
    assert 0 < marks < 20


@pytest.mark.parametrize("events", GRADES.values())
def test_a_full_file_system_keeps_the_alarms_of_a_grade_a12(
    tmp_path: Path, events: int
):
    command = mount_command(tmp_path)
    if command is None:
        pytest.skip("this machine lets nobody mount a small tmpfs (unshare -m)")
    mounting = [word.replace("size=1m", "size=3m") for word in command]
    done = subprocess.run(
        [*mounting, sys.executable, "-c", PROGRAM, str(tmp_path), str(events)],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "True\n"
