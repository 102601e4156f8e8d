"""How well motion is seen on the labelled films, by the rules of their README."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from edge.camera.film import Film
from edge.look.command import events
from edge.look.event import Event
from edge.sight.eye import Eye
from edge.sight.shape import WHOLE
from tests.edge_camera.footage import labelled

EARLY_S, LATE_S = 0.5, 3.0  # a start within these is a find
LABEL_FRAMES = 2  # the labels are right within so many
FILMS = [
    ("one-by-one-person-detection.mp4", 6),
    ("car-detection.mp4", 3),
]


@dataclass
class Score:
    found: int = 0
    repeated: int = 0
    false_starts: int = 0
    latencies: list[float] = field(default_factory=list)
    stuck_on: float = 0.0


def score(lines: list[Event], truth: dict[str, Any]) -> Score:
    result = Score()
    fps, real = truth["fps"], truth["events"]
    starts = [line.frame for line in lines if line.kind == "motion.started"]
    ends = [line.frame for line in lines if line.kind == "motion.ended"]
    found = set()
    for start in starts:
        near = [
            begin
            for begin, _ in real
            if begin - EARLY_S * fps <= start <= begin + LATE_S * fps
        ]
        if near and near[0] not in found:
            found.add(near[0])
            result.latencies.append((start - near[0]) / fps)
        elif near or any(begin <= start <= end for begin, end in real):
            result.repeated += 1
        else:
            result.false_starts += 1
    idle = set(range(truth["frames"]))
    for begin, end in real:
        idle -= set(range(begin - LABEL_FRAMES, end + LABEL_FRAMES + 1))
    on = {n for a, b in zip(starts, ends, strict=True) for n in range(a, b + 1)}
    result.found = len(found)
    result.stuck_on = len(on & idle) / len(idle)
    return result


@pytest.mark.parametrize(("name", "visits"), FILMS)
def test_each_event_is_found_once_and_nothing_else(name, visits):
    path, truth = labelled(name)
    result = score(list(events(str(path))), truth)
    assert result.found == visits == len(truth["events"])
    assert result.repeated == 0
    assert result.false_starts == 0
    assert max(result.latencies) <= 1.0


def test_motion_is_not_stuck_on_in_idle_time():
    shares = []
    for name, _ in FILMS:
        path, truth = labelled(name)
        result = score(list(events(str(path))), truth)
        idle = truth["frames"] - sum(b - a + 1 for a, b in truth["events"])
        shares.append((result.stuck_on * idle, idle))
    assert sum(stuck for stuck, _ in shares) / sum(idle for _, idle in shares) <= 0.02


@pytest.mark.parametrize(("name", "_"), FILMS)
def test_at_least_five_pictures_are_looked_at_each_second(name, _):
    path, truth = labelled(name)
    with Film(str(path), 5.0) as film:
        moments = [still.moment for still in film.stills()]
    seconds = truth["frames"] / truth["fps"]
    assert len(moments) >= int(5 * seconds)
    steps = [after.seconds - before.seconds for before, after in pairwise(moments)]
    assert max(steps) <= 0.2 + 1 / truth["fps"]


@pytest.mark.parametrize("fps", [5.0, 6.0, 10.0])
def test_the_result_does_not_hang_on_the_pace(fps):
    path, truth = labelled("one-by-one-person-detection.mp4")
    eye = Eye((("picture", WHOLE),), ())
    started = 0
    with Film(str(path), fps) as film:
        for still in film.stills():
            started += sum(
                type(one).__name__ == "Started" for one in eye.see(still).decisions
            )
    assert started == len(truth["events"])


def test_behind_a_mask_over_everything_nothing_is_seen():
    path, _ = labelled("one-by-one-person-detection.mp4")
    everything = Eye((("picture", WHOLE),), (WHOLE,))
    with Film(str(path), 5.0) as film:
        for still in film.stills():
            glance = everything.see(still)
            assert not glance.picture.luma.any()
            assert glance.decisions == []
