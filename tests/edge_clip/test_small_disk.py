"""On a real file system that fills up, clips give way to records of alarms."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.edge.test_full_disk import mount_command

PROGRAM = """
import os, sys
from datetime import timedelta
from pathlib import Path
from edge.clip.draft import Draft
from edge.clip.keeper import Keeper, Line, Signer
from edge.clip.shelf import Limits, Shelf
from edge.clip.statement import Statement, sign
from edge.disk import Disk
from edge.outbox import Outbox, OutboxPlan
from sites.event import (kind_of)
from sites.health import (DiskFilling)
from tests.edge.collector_side import DEVICE_KEY
from tests.edge.records import NOON, after, panic, waiting

folder = Path(sys.argv[1])
disk, shelf = Disk(), Shelf(folder / "clips", Limits(2**40, timedelta(days=7)))
now = [NOON]
plan = OutboxPlan(limit=10**9, reserve=128 * 1024)
with Outbox(folder / "outbox", NOON, plan) as box:
    told = []
    def write(record):
        told.append(record)
        box.append(record)
    line = Line(write, lambda: None, lambda: now[0], lambda: now[0])
    keeper = Keeper(shelf, Signer("abcdefghij234567", DEVICE_KEY), line)

    def film(number, size=200_000):
        draft = Draft(shelf.folder, 1, number)
        try:
            for _ in range(10):
                draft.write(os.urandom(size // 10))
        except OSError:
            draft.drop()
            return None
        clip, size = draft.finish()
        at = now[0] = after(number)
        statement = Statement(clip, "abcdefghij234567", 1, at, at, 1.0, 0.0, size)
        reason = "alarm" if number == 2 else "motion"
        shelf.add(sign(statement, DEVICE_KEY, reason))
        if number == 1:
            keeper.hold(clip, held=True)
        return clip

    clips = []
    for number in range(100):
        clips.append(film(number))
        keeper.tick()
    refused = clips.count(None)
    shares = [one.used for one in told if isinstance(one, DiskFilling)]
    left = disk.share(folder)
    with (folder / "filler").open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            pass
    late = film(100)
    parts = len(list(shelf.folder.glob("*.part")))
    for _ in range(100):
        box.append(panic())
    held = sum(len(one.held) for one in box._lanes["al"].segments)
    keeper.tick()
    kept = [(one.kept, one.statement.clip == clips[place])
            for place, one in zip((1, 2), shelf)]
    room = disk.share(folder)
    run = box.run
with Outbox(folder / "outbox", after(60), plan) as box:
    kinds = [kind_of(record) for of, record in waiting(box, "al") if of == run]
print(refused, shares, len(shelf) < 100, left >= 0.05, late, parts, held,
      kinds.count("panic.pressed"), kinds.count("disk.filling"), kept, room >= 0.05)
"""


def test_a_full_disk_costs_ordinary_clips_and_no_alarm_record(tmp_path: Path):
    command = mount_command(tmp_path)
    if command is None:
        pytest.skip("this machine lets nobody mount a small tmpfs (unshare -m)")
    mounting = [word.replace("size=1m", "size=8m") for word in command]
    done = subprocess.run(
        [*mounting, sys.executable, "-c", PROGRAM, str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()[-1]
    refused, rest = said.split(" ", 1)
    shares, rest = rest.removeprefix("[").split("] ", 1)
    assert int(refused) == 0  # room was made before it was needed
    at_80, at_90 = map(float, shares.split(", "))  # each level told once
    assert 0.8 <= at_80 < 0.9 <= at_90 < 0.95
    assert rest == ("True True None 0 0 100 2 [('hold', True), ('alarm', True)] True")
