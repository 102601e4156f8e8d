"""The usual detectors, as their documentation shows them, beside ours.

They look at the same pictures as ours (5 a second), at full size and in colour, with
OpenCV's defaults. What they say of single pictures becomes events by one rule, so that
the models are compared and not the bookkeeping: 3 of the last 4 looks with things of
0.2 % of the picture start an event, 2 quiet seconds end it.
"""

from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np

from edge.camera.film import Film
from edge.look.command import LOOKS_A_SECOND
from edge.sight.picture import Pixels
from tests.bench.recipe import bgr
from tests.bench.score import Span

THING = 255  # OpenCV's label; a shadow is 127
CHANGED = 25  # levels, of the usual tutorial's difference
KERNEL = np.ones((3, 3), np.uint8)
LEAST_AREA = 0.002  # of the picture
SEEN, OF = 3, 4  # looks
QUIET_S = 2.0

Detector: TypeAlias = Callable[[Pixels], Pixels]  # 255 where a thing is


def mog2() -> Detector:
    """Make OpenCV's MOG2 at its defaults."""
    model = cv2.createBackgroundSubtractorMOG2()
    return lambda picture: _opened(model.apply(picture) == THING)


def knn() -> Detector:
    """Make OpenCV's KNN at its defaults."""
    model = cv2.createBackgroundSubtractorKNN()
    return lambda picture: _opened(model.apply(picture) == THING)


def three_frames() -> Detector:
    """Make a three-frame difference: changed against both neighbours in time."""
    kept: deque[Pixels] = deque(maxlen=3)

    def look(picture: Pixels) -> Pixels:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
        kept.append(grey)
        if len(kept) < 3:
            return np.zeros_like(grey)
        before, middle, now = kept
        change = np.minimum(cv2.absdiff(now, middle), cv2.absdiff(middle, before))
        return _opened(change > CHANGED)

    return look


PEERS: dict[str, Callable[[], Detector]] = {
    "MOG2, defaults": mog2,
    "KNN, defaults": knn,
    "three-frame difference": three_frames,
}


def watched(path: Path, fps: float) -> dict[str, list[Span]]:
    """Let all of them watch a film of so many frames a second, decoded once."""
    looks = {name: make() for name, make in PEERS.items()}
    flags: dict[str, list[tuple[float, bool]]] = {name: [] for name in PEERS}
    with Film(str(path), LOOKS_A_SECOND) as film:
        for still in film.stills():
            picture = bgr(still.colours())
            for name, look in looks.items():
                flags[name].append((still.moment.seconds, is_enough(look(picture))))
    return {name: spans(one, fps) for name, one in flags.items()}


def spans(flags: Iterable[tuple[float, bool]], fps: float) -> list[Span]:
    """Turn what was said at some seconds into events, in frames."""
    said: list[Span] = []
    recent: deque[bool] = deque(maxlen=OF)
    start: float | None = None
    last = 0.0
    for seconds, flag in flags:
        recent.append(flag)
        if start is None and sum(recent) >= SEEN:
            start = seconds
        last = seconds if flag else last
        if start is not None and seconds - last >= QUIET_S:
            said.append((round(start * fps), round(last * fps)))
            start = None
            recent.clear()
    return (
        [*said, (round(start * fps), round(last * fps))] if start is not None else said
    )


def is_enough(things: Pixels) -> bool:
    """Say whether the things of one look are large enough together."""
    return cv2.countNonZero(things) >= LEAST_AREA * things.size


def _opened(changed: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> Pixels:
    things = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_OPEN, KERNEL)
    return (things * np.uint8(THING)).astype(np.uint8, copy=False)
