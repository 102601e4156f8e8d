"""On a real file system that is really full, alarms still fit."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from pathlib import Path
from edge.journal import Journal
from edge.outbox import Outbox, OutboxPlan
from edge.panel_state import PanelState
from sites.event import kind_of
from tests.edge.records import NOON, after, measurement, numbers, panic, waiting

folder = Path(sys.argv[1])
journal, armed = Journal(folder / "panel.json"), PanelState(phase="armed", mode="away")
journal.write(PanelState())
plan = OutboxPlan(limit=10**9, reserve=128 * 1024)
with Outbox(folder / "outbox", NOON, plan) as box:
    for _ in range(10_000):
        box.append(measurement())
    evicted = not box.full
    (folder / "filler").write_bytes(b"")
    try:
        with (folder / "filler").open("ab", buffering=0) as filler:
            while True:
                filler.write(bytes(4096))
    except OSError:
        pass
    journal.write(armed)
    kept = journal.read() == armed
    for _ in range(100):
        box.append(panic())
    held = sum(len(one.held) for one in box._lanes["al"].segments)
    run = box.run
    (folder / "filler").unlink()
    box.forget(run, "up", numbers(box, "up"))
    box.append(measurement(at=after(10)))
    restored = not box.full
with Outbox(folder / "outbox", after(60), plan) as box:
    kinds = [kind_of(record) for of, record in waiting(box, "al") if of == run]
    plain = [kind_of(record) for of, record in waiting(box, "up") if of == run]
print(evicted, kept, held, restored, kinds.count("panic.pressed"),
      kinds.count("disk.full"), plain)
"""


def mount_command(folder: Path) -> list[str] | None:
    """Give the words that run a shell which may mount; None where nobody may."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return None
    own = ["-m"] if os.geteuid() == 0 else ["-Urm"]
    command = [unshare, *own, "sh", "-c"]
    mount = f"mount -t tmpfs -o size=1m none '{folder}'"
    tried = subprocess.run([*command, mount], check=False, capture_output=True)
    return [*command, f'{mount} && exec "$0" "$@"'] if not tried.returncode else None


def test_alarms_fit_on_a_full_file_system(tmp_path: Path):
    command = mount_command(tmp_path)
    if command is None:
        pytest.skip("this machine lets nobody mount a small tmpfs (unshare -m)")
    done = subprocess.run(
        [*command, sys.executable, "-c", PROGRAM, str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[0] == (
        "True True 0 True 100 1 ['disk.restored', 'measurement.taken']"
    )
