"""`make bench PART=camera`: a table, and build/bench/camera.json.

What could not be measured is said in words, in both.
"""

import json
import os
import platform
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import cv2

from tests.bench import cost, daemon
from tests.bench.nuisance import NUISANCES
from tests.bench.ours import middle_of_longest_gap, said_of
from tests.bench.peers import PEERS, frames, spans
from tests.bench.score import Score, Truth, score, total
from tests.edge_camera.footage import FOLDER

OURS = "wachtpost"
TITLES = ("detector", "found", "repeated", "false", "per idle h", "stuck-on", "slowest")
CONDITIONS = (
    "ours looks 5 times a second at brightness, 160 px wide; MOG2, KNN and the three-"
    "frame difference at every frame, in full and in colour; the rule that makes events"
    " of frames is the same; nuisances begin in the longest idle gap and last to the"
    " end of the film, and are put on decoded pictures"
)
NOT_MEASURED = (
    "night, dawn, snow, long idle time: there is no such footage",
    "false starts of a long run: those per hour come from the few idle minutes here",
    "pixel F-measure: there is no pixel truth",
    "drop-outs of H.264, and the eight attacks: not in this bench yet",
)


@dataclass
class Report:
    """All that was measured, as it goes into the file."""

    detectors: dict[str, Score] = field(default_factory=dict)
    nuisances: dict[str, Score] = field(default_factory=dict)
    cpu: dict[str, dict[str, float]] = field(default_factory=dict)
    pss_mb: dict[str, float] = field(default_factory=dict)
    not_measured: list[str] = field(default_factory=lambda: list(NOT_MEASURED))


def main() -> int:
    """Measure and print; 0 also where footage is missing, since nothing failed."""
    films = labelled(FOLDER)
    if not films:
        sys.stdout.write(f"nothing measured: no footage in {FOLDER}\n")
        return 0
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        measure_detectors(report, films)
        measure_motion(report, films, Path(folder))
        measure_nuisances(report, films)
        measure_cost(report, films[-1][0], Path(folder))
    sys.stdout.write("\n".join(table(report)) + "\n")
    path = Path("build") / "bench" / "camera.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(plain(report), indent=2) + "\n")
    sys.stdout.write(f"\nall of it stands in {path}\n")
    return 0


def labelled(folder: Path) -> list[tuple[Path, Truth]]:
    """Give the films that have labels, and are there."""
    if not (folder / "truth.json").is_file():
        return []
    told: dict[str, Any] = json.loads((folder / "truth.json").read_text())
    films = [(folder / name, Truth.of(one)) for name, one in sorted(told.items())]
    return [(path, truth) for path, truth in films if path.is_file()]


def measure_detectors(report: Report, films: list[tuple[Path, Truth]]) -> None:
    """Compare what each detector finds in the clean films."""
    report.detectors[OURS] = total(score(said_of(path), t) for path, t in films)
    for name, make in PEERS.items():
        scores = []
        for path, truth in films:
            look = make()
            said = spans((look(picture) for picture in frames(path)), truth.fps)
            scores.append(score(said, truth))
        report.detectors[name] = total(scores)


def measure_motion(
    report: Report, films: list[tuple[Path, Truth]], folder: Path
) -> None:
    """Compare Debian's `motion`, and note what it costs."""
    if why := daemon.missing():
        report.not_measured.append(why)
        return
    scores = []
    for number, (path, truth) in enumerate(films):
        picture = next(frames(path))
        size = (picture.shape[1], picture.shape[0])
        run = daemon.watch(path, truth, size, folder / f"motion-{number}")
        scores.append(score(run.said, truth, daemon.SLACK_S))
        name = f"{path.name}, {size[0]}x{size[1]}"
        report.cpu.setdefault(name, {})["motion"] = run.cpu_s / truth.frames * 1e3
    report.detectors["motion"] = total(scores)


def measure_nuisances(report: Report, films: list[tuple[Path, Truth]]) -> None:
    """See what each nuisance does to ours."""
    for name, nuisance in NUISANCES.items():
        report.nuisances[name] = total(
            score(said_of(path, nuisance, middle_of_longest_gap(truth)), truth)
            for path, truth in films
        )


def measure_cost(report: Report, film: Path, folder: Path) -> None:
    """Measure CPU a frame (ms) and memory, on the film and on it at 720p."""
    large = cost.enlarge(film, folder / "720p.mp4", 60.0)
    for path, name in ((film, f"{film.name}, 768x432"), (large, "720p of it, 60 s")):
        ways = ["decode", "whole", *(PEERS if path == film else ())]
        count = sum(1 for _ in _decoded(path))
        seconds = cost.cpu_seconds(ways, path)
        per_frame = {way: taken / count * 1e3 for way, taken in seconds.items()}
        per_frame["whole / decode"] = seconds["whole"] / seconds["decode"]
        report.cpu.setdefault(name, {}).update(per_frame)
    report.pss_mb = cost.memory(large, folder / "device")


def table(report: Report) -> list[str]:
    """Put it in lines for a person."""
    lines = [_row(TITLES), *(_scored(*one) for one in report.detectors.items())]
    lines += ["", "ours, under", *(_scored(*one) for one in report.nuisances.items())]
    for film, ways in report.cpu.items():
        lines += ["", f"CPU ms a frame: {film}"]
        lines += [f"  {way:<24} {number:8.2f}" for way, number in ways.items()]
    lines += ["", "memory, MB as PSS (the last line: 1 is yes, and wrong)"]
    lines += [f"  {part:<32} {number:8.1f}" for part, number in report.pss_mb.items()]
    lines += ["", f"on {machine()}", f"conditions: {CONDITIONS}", "not measured:"]
    return [*lines, *(f"  {what}" for what in report.not_measured)]


def machine() -> str:
    """Say on what this was measured."""
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f},"
        f" Python {platform.python_version()}, OpenCV {cv2.__version__},"
        f" PyAV {av.__version__}"
    )


def plain(report: Report) -> dict[str, Any]:
    """Give the report as it goes into the file."""
    return {
        "machine": machine(),
        "conditions": CONDITIONS,
        "detectors": {name: told(one) for name, one in report.detectors.items()},
        "nuisances": {name: told(one) for name, one in report.nuisances.items()},
        "cpu_ms_per_frame": report.cpu,
        "pss_mb": report.pss_mb,
        "not_measured": report.not_measured,
    }


def told(one: Score) -> dict[str, Any]:
    """Give one score in numbers with their units."""
    return {
        "events": one.events,
        "found": one.found,
        "repeated": one.repeated,
        "false_starts": one.false_starts,
        "idle_s": round(one.idle_s, 1),
        "false_starts_per_idle_hour": round(one.per_hour, 1),
        "stuck_on_share": round(one.stuck_on, 4),
        "latencies_s": [round(seconds, 2) for seconds in one.latencies],
    }


def _decoded(path: Path) -> Any:
    with av.open(str(path)) as container:
        yield from container.decode(video=0)


def _scored(name: str, one: Score) -> str:
    slowest = "-" if one.slowest is None else f"{one.slowest:.2f} s"
    found = f"{one.found}/{one.events}"
    numbers = (one.repeated, one.false_starts, f"{one.per_hour:.0f}")
    return _row((name, found, *numbers, f"{one.stuck_on:.1%}", slowest))


def _row(cells: tuple[object, ...]) -> str:
    first, *rest = map(str, cells)
    return f"{first:<24}" + "".join(f"{cell:>11}" for cell in rest)
