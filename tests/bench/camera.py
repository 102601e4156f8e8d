"""`make bench PART=camera`: a table, and build/bench/camera.json.

What could not be measured is said in words, in both. Films are made and looked at side
by side; what costs are measured for runs alone, last.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import av
import cv2

from tests.bench import cost, daemon, goal, job, memory, pixel, table
from tests.bench.peers import PEERS
from tests.bench.report import Report, plain
from tests.bench.score import Truth
from tests.bench.stage import Clip
from tests.edge_camera.footage import FOLDER

SECTIONS = ("clean", "nuisances", "attacks", "idle", "pixels", "cost")
CONDITIONS = (
    "all look 5 times a second at the same files, ours as `wachtpost look` does",
    "MOG2, KNN, three-frame difference: full size, colour, 3 of 4 looks of 0.2 %, 2 s",
    "`motion`: its defaults, but an event gap of 2 s as ours",
    "recipes are put on decoded pictures and encoded: odd makes lossless, others at 23",
    "drop-outs: real packets of H.264 are lost or spoilt",
    "nuisance 1: longest gap to the end; 2: first gap, half of the film; 3: all of it",
    "attacks: from the first gap on; in time is 10 s after half of it is done",
)
NOT_MEASURED = (
    "night, rain and long idle time: there is no such footage; all are made",
    "a Raspberry Pi: this machine is none",
    "attacks by MOG2, KNN, the difference and `motion`: they name none",
)


@dataclass(frozen=True, slots=True)
class Scope:
    """How much is measured: all, or what a few minutes are enough for.

    Attributes:
        only: the sections.
        quick: shorter films, one make of each, fewer turns.
        ours: nobody else looks.
        make: that make alone, from 0; None is each.
    """

    only: tuple[str, ...] = SECTIONS
    quick: bool = False
    ours: bool = False
    make: int | None = None

    @property
    def name(self) -> str:
        """Give what the file is called: a part of the whole never looks like it."""
        parts = () if self.only == SECTIONS else self.only
        flags = [name for name in ("quick", "ours") if getattr(self, name)]
        made = [] if self.make is None else [f"make{self.make + 1}"]
        return "-".join(("camera", *parts, *flags, *made))

    @property
    def others(self) -> frozenset[str]:
        """Give who looks beside ours at films with something put on."""
        if self.ours:
            return frozenset()
        if self.quick or daemon.missing():
            return frozenset({"opencv"})
        return frozenset({"opencv", job.MOTION})


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and print; 0 also where footage is missing, since nothing failed."""
    scope = scope_of(arguments)
    clips = labelled(FOLDER)
    if not clips:
        sys.stdout.write(f"nothing measured: no footage in {FOLDER}\n")
        return 0
    report = Report(conditions=[machine(), *CONDITIONS])
    report.not_measured += NOT_MEASURED
    for section in (one for one in SECTIONS if one in scope.only):
        MEASURES[section](report, clips, scope)
    report.conditions.append(f"load at the end: {cost.load()}")
    sys.stdout.write("\n".join(table.lines(report)) + "\n")
    path = Path("build") / "bench" / f"{scope.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(plain(report), indent=1) + "\n")
    sys.stdout.write(f"\nall of it stands in {path}\n")
    return 0


def scope_of(arguments: Sequence[str]) -> Scope:
    """Read what is asked for."""
    parser = argparse.ArgumentParser(prog="make bench PART=camera")
    parser.add_argument(
        "--only", default=",".join(SECTIONS), help=f"some of {','.join(SECTIONS)}"
    )
    parser.add_argument("--quick", action="store_true", help="a few minutes")
    parser.add_argument("--ours", action="store_true", help="nobody else looks")
    parser.add_argument("--make", type=int, help="that make alone, from 1")
    options = parser.parse_args(arguments)
    only = options.only.split(",")
    if unknown := set(only) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}")
    make = 1 if options.quick and options.make is None else options.make
    return Scope(
        tuple(one for one in SECTIONS if one in only),
        options.quick,
        options.ours,
        None if make is None else make - 1,
    )


def labelled(folder: Path) -> list[Clip]:
    """Give the films that have labels, and are there."""
    if not (folder / "truth.json").is_file():
        return []
    told: dict[str, Any] = json.loads((folder / "truth.json").read_text())
    clips = [Clip(folder / name, Truth.of(one)) for name, one in sorted(told.items())]
    return [clip for clip in clips if clip.path.is_file()]


def measure_clean(report: Report, clips: list[Clip], scope: Scope) -> None:
    """Compare what each detector finds in the clean films."""
    if why := daemon.missing():
        report.not_measured.append(why)
    everybody = replace(scope, quick=False)
    jobs = [job.Job(clip, beside=everybody.others) for clip in clips]
    report.clean = list(job.run_all(jobs, _workers()))
    report.goals += goal.of_clean(report.clean)
    report.not_measured += silences(report.clean)


def measure_nuisances(report: Report, clips: list[Clip], scope: Scope) -> None:
    """Compare what each nuisance does to them; quickly: on 75 s, without `motion`."""
    if scope.quick:
        clips = [clip.until(QUICK_S) for clip in clips]
        report.not_measured.append("quick: one make of each, `motion` on clean films")
    jobs = job.jobs_of_nuisances(clips, scope.others, scope.make)
    waits = job.MOTION in scope.others  # for real time
    report.nuisances = list(job.run_all(jobs, _workers() * (2 if waits else 1)))
    report.goals += goal.of_nuisances(report.nuisances)
    report.not_measured += silences(report.nuisances)


def measure_attacks(report: Report, clips: list[Clip], scope: Scope) -> None:
    """See as what attacks are named."""
    jobs = job.jobs_of_attacks(clips, scope.make)
    report.attacks = list(job.run_all(jobs, _workers()))
    named = [(str(one.name), one.named) for one in report.attacks if one.named]
    report.goals += goal.of_attacks(named)


def measure_idle(report: Report, _: list[Clip], scope: Scope) -> None:
    """Look at a drawn yard to which nobody comes."""
    jobs = job.jobs_of_idle(QUICK_IDLE_MIN if scope.quick else IDLE_MIN)
    report.idle = list(job.run_all(jobs, _workers()))
    report.goals += goal.of_idle(report.idle)


def measure_pixels(report: Report, _: list[Clip], scope: Scope) -> None:
    """Compare pixels where there is pixel truth."""
    for seed in SEEDS[:1] if scope.quick else SEEDS:
        name = f"made:{seed}"
        report.pixels[name] = pixel.measured(partial(pixel.drawn, seed, PIXELS_S))
    if folder := pixel.sequence():
        found = pixel.measured(partial(pixel.recorded, folder))
        report.pixels[folder.name] = found
    else:
        report.not_measured.append(
            f"pixels of recorded films: {pixel.SETTING} names no folder that is there"
        )


def measure_cost(report: Report, clips: list[Clip], scope: Scope) -> None:
    """Measure CPU and memory, alone, on the films and on the longest at 720p."""
    longest = max(clips, key=lambda one: one.truth.frames)
    seconds, settle = (20.0, 10) if scope.quick else (LARGE_S, 40)
    with tempfile.TemporaryDirectory() as folder:
        path = cost.enlarge(longest.path, Path(folder) / "720p.mkv", seconds)
        large = Clip(path, longest.truth.until(seconds))
        for clip in [longest] if scope.quick else clips:
            _measure_cost_of(report, clip, goal.TIMES_432P, scope)
        _measure_cost_of(report, large, goal.TIMES_720P, scope)
        report.memory = memory.of_agent(path, Path(folder) / "device", settle)
    report.goals += goal.of_memory(report.memory)


def _measure_cost_of(report: Report, clip: Clip, most: float, scope: Scope) -> None:
    high, wide = next(clip.pictures()).shape[:2]
    name = f"{high}p, {clip.truth.fps:g} frames/s, {clip.path.stem}"
    report.conditions.append(f"load before the cost of {name}: {cost.load()}")
    others = () if scope.ours or scope.quick else tuple(PEERS)
    ways = [cost.DECODE, cost.ALL, cost.PLAIN, *others]
    spent = cost.measured(ways, clip.path, QUICK_TURNS if scope.quick else TURNS)
    report.costs[name] = spent
    if not scope.ours and not daemon.missing():
        try:
            with tempfile.TemporaryDirectory() as folder:
                place = Path(folder) / "motion"
                ran = daemon.watch(clip.path, clip.truth, (wide, high), place)
            report.motion_ms[name] = ran.cpu_s / clip.truth.frames * 1e3
        except daemon.DaemonError as error:
            report.not_measured.append(f"{name}: {error}")
    report.goals += goal.of_cost(name, spent, most, report.motion_ms.get(name))


def silences(outcomes: list[job.Outcome]) -> list[str]:
    """Say on which films `motion` could not be measured."""
    return [
        f"{one.film}, {one.name or 'clean'} {one.number + 1}: {one.silent}"
        for one in outcomes
        if one.silent
    ]


QUICK_S = 75.0
LARGE_S = 60.0
TURNS, QUICK_TURNS = 7, 3
IDLE_MIN, QUICK_IDLE_MIN = 10.0, 1.0
SEEDS, PIXELS_S = (1, 2, 3), 60.0
MEASURES = {
    "clean": measure_clean,
    "nuisances": measure_nuisances,
    "attacks": measure_attacks,
    "idle": measure_idle,
    "pixels": measure_pixels,
    "cost": measure_cost,
}


def machine() -> str:
    """Say on what this was measured."""
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, load {cost.load()} at the"
        f" start, Python {platform.python_version()}, OpenCV {cv2.__version__}, PyAV"
        f" {av.__version__}, {_version_of_motion()}"
    )


def _version_of_motion() -> str:
    if daemon.missing():
        return "no `motion`"
    told = subprocess.run(["motion", "-h"], capture_output=True, text=True, check=False)
    return next((line for line in told.stdout.splitlines() if line), "motion")


def _workers() -> int:
    return os.cpu_count() or 1
