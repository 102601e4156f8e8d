"""Our detector over a film, clean or with something put on it."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np

from edge.camera.film import Film
from edge.look.command import LOOKS_A_SECOND
from edge.sight.eye import Eye
from edge.sight.motion import Decision, Started
from edge.sight.picture import Pixels, Still
from edge.sight.shape import WHOLE
from tests.bench.nuisance import Nuisance
from tests.bench.score import Span, Truth


def said_of(
    path: Path, nuisance: Nuisance | None = None, begins: float = 0.0
) -> list[Span]:
    """Give what the detector says goes on; the nuisance begins at `begins` seconds."""
    with Film(str(path), LOOKS_A_SECOND) as film:
        stills = film.stills()
        if nuisance:
            stills = spoilt(stills, nuisance, begins)
        eye = Eye((("picture", WHOLE),), ())
        decisions = [one for still in stills for one in eye.see(still).decisions]
    return spans_of([*decisions, *eye.close()])


def spans_of(decisions: Iterable[Decision]) -> list[Span]:
    """Pair starts with ends; there is one zone."""
    said: list[Span] = []
    for decision in decisions:
        frame = decision.moment.frame
        if isinstance(decision, Started):
            said.append((frame, frame))
        else:
            said[-1] = (said[-1][0], frame)
    return said


def middle_of_longest_gap(truth: Truth) -> float:
    """Give a second in which nothing happens, for something to begin."""
    ends = [0, *(last for _, last in truth.events)]
    starts = [*(first for first, _ in truth.events), truth.frames]
    gaps = list(zip(ends, starts, strict=True))[1:-1]  # there is a before and an after
    end, start = max(gaps, key=lambda gap: gap[1] - gap[0])
    return (end + start) / 2 / truth.fps


def spoilt(
    stills: Iterable[Still], nuisance: Nuisance, begins: float
) -> Iterator[Still]:
    """Put a nuisance on all stills from a second on."""
    for still in stills:
        seconds = still.moment.seconds - begins
        yield still if seconds < 0 else _spoil(still, nuisance, seconds)


def _spoil(still: Still, nuisance: Nuisance, seconds: float) -> Still:
    image = cv2.cvtColor(still.colours(), cv2.COLOR_YUV2BGR_I420)
    spoilt_image = nuisance(image.astype(np.uint8, copy=False), seconds)
    i420 = cv2.cvtColor(spoilt_image, cv2.COLOR_BGR2YUV_I420)
    planes: Pixels = i420.astype(np.uint8, copy=False)
    colours: Callable[[], Pixels] = lambda: planes  # noqa: E731 - a Still asks for one
    return Still(still.moment, planes[: still.luma.shape[0]], colours)
