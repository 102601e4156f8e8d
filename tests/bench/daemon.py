"""Debian's `motion` on a recorded film, at the pace at which it takes it.

Its events come as wall-clock times, and it plays a film up to a tenth too fast: frames
are the share of the time from its opening the film to its opening it again, right
within about 0.3 s. All is at its defaults but the event gap, which is 2 s as ours (its
own 60 s would call nearly all idle time motion).
"""

import os
import shutil
import subprocess
import threading
import time
from pathlib import Path
from typing import NamedTuple

from tests.bench.score import Span, Truth

GAP_S = 2
SLACK_S = 0.3  # of its frames
CONNECTED, ENDED = "connected", "Reconnecting"
PATIENCE_S = 60.0

CONFIGURATION = """\
daemon off
setup_mode off
log_level 6
log_file {folder}/log
target_dir {folder}
webcontrol_port 0
stream_port 0
width {width}
height {height}
netcam_url file://{film}
movie_output off
picture_output off
event_gap {gap}
on_event_start sh {folder}/stamp start
on_event_end sh {folder}/stamp end
"""
# A file of its own: `motion` has a meaning for %s and %N itself.
STAMP = 'date "+$1 %s.%N" >> "$(dirname "$0")/events"\n'


class DaemonError(Exception):
    """`motion` did not say what it says when all goes well: it cannot be measured."""

    def __init__(self, word: str) -> None:
        self.word = word
        super().__init__(f"`motion` did not say {word!r}")


class Run(NamedTuple):
    """What `motion` said of a film, and the CPU it took for it."""

    said: list[Span]
    cpu_s: float


def missing() -> str | None:
    """Say in words why this cannot be measured here."""
    if shutil.which("motion"):
        return None
    return "`motion` is not installed here: apt install --no-install-recommends motion"


def watch(film: Path, truth: Truth, size: tuple[int, int], folder: Path) -> Run:
    """Let `motion` watch a film once."""
    folder.mkdir()
    fields = {"folder": folder, "film": film, "gap": GAP_S}
    width, height = size
    text = CONFIGURATION.format(width=width, height=height, **fields)
    (folder / "motion.conf").write_text(text)
    (folder / "stamp").write_text(STAMP)
    process = subprocess.Popen(
        ["motion", "-n", "-c", str(folder / "motion.conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        began = _said_at(folder / "log", CONNECTED, PATIENCE_S)
        lasts = truth.frames / truth.fps
        ended = _said_at(folder / "log", ENDED, 2 * lasts + PATIENCE_S)
    finally:
        process.terminate()
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    events = folder / "events"
    told = events.read_text() if events.exists() else ""
    rate = truth.frames / (ended - began)
    return Run(spans_of(told, began, rate, truth), usage.ru_utime + usage.ru_stime)


def spans_of(told: str, began: float, rate: float, truth: Truth) -> list[Span]:
    """Turn the lines that it had written into frames, at `rate` frames a second."""
    said: list[Span] = []
    for line in told.splitlines():
        what, _, at = line.partition(" ")
        seconds = float(at) - began - (GAP_S if what == "end" else 0)
        frame = min(max(round(seconds * rate), 0), truth.frames - 1)
        if what == "start":
            said.append((frame, truth.frames - 1))
        elif said:
            said[-1] = (said[-1][0], max(frame, said[-1][0]))
    return said


def _said_at(log: Path, word: str, patience: float) -> float:
    pause = threading.Event()
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if log.exists() and word in log.read_text():
            return time.time()
        pause.wait(0.02)
    raise DaemonError(word)
