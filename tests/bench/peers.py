"""The usual detectors, as their documentation shows them, beside ours.

They look at every frame, at full size and in colour, with OpenCV's defaults. What they
say of single frames becomes events by the rule that ours uses, so that the models are
compared and not the bookkeeping.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np

from edge.sight.motion import LEAST_AREA, QUIET_S, SEEN_OF
from edge.sight.picture import Pixels
from tests.bench.score import Span

THING = 255  # OpenCV's label; a shadow is 127
CHANGED = 25  # levels, of the usual tutorial's difference
KERNEL = np.ones((3, 3), np.uint8)

Detector = Callable[[Pixels], bool]


def frames(path: Path) -> Iterator[Pixels]:
    """Decode every frame (BGR), with one thread as ours does."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        for frame in container.decode(stream):
            yield frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False)


def mog2() -> Detector:
    """Make OpenCV's MOG2 at its defaults."""
    model = cv2.createBackgroundSubtractorMOG2()
    return lambda picture: _is_enough(model.apply(picture) == THING)


def knn() -> Detector:
    """Make OpenCV's KNN at its defaults."""
    model = cv2.createBackgroundSubtractorKNN()
    return lambda picture: _is_enough(model.apply(picture) == THING)


def three_frames() -> Detector:
    """Make a three-frame difference: changed against both neighbours in time."""
    kept: deque[Pixels] = deque(maxlen=3)

    def look(picture: Pixels) -> bool:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
        kept.append(grey)
        if len(kept) < 3:
            return False
        before, middle, now = kept
        change = np.minimum(cv2.absdiff(now, middle), cv2.absdiff(middle, before))
        return _is_enough(change > CHANGED)

    return look


PEERS: dict[str, Callable[[], Detector]] = {
    "MOG2, defaults": mog2,
    "KNN, defaults": knn,
    "three-frame difference": three_frames,
}


def spans(flags: Iterable[bool], fps: float) -> list[Span]:
    """Turn what was said of each frame into events, by the rule of ours."""
    said: list[Span] = []
    recent: deque[bool] = deque(maxlen=SEEN_OF[1])
    start = last = -1
    for number, flag in enumerate(flags):
        recent.append(flag)
        if start < 0 and sum(recent) >= SEEN_OF[0]:
            start = number
        last = number if flag else last
        if start >= 0 and (number - last) / fps >= QUIET_S:
            said.append((start, last))
            start = -1
            recent.clear()
    return [*said, (start, last)] if start >= 0 else said


def _is_enough(changed: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> bool:
    things = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_OPEN, KERNEL)
    return cv2.countNonZero(things) >= LEAST_AREA * changed.size
