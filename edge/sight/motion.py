"""Motion in zones, as decisions with their reason. Pure: seconds are an argument.

A background model (OpenCV's KNN, on brightness at 160 px width, shadows discarded)
says which pixels do not belong to the scene; the rest of this module turns that into
one event for each visit. Why KNN and brightness alone: 9 labelled visits on two films,
and 20 drawn ones of small dark figures (`made:1`, 2, 3, 7, 42); 5 looks a second, one
thread, all of the logic below but the levelling of exposure:

    model          found   drawn   stuck-on of idle time   CPU of a look
    KNN,  luma      9/9    20/20       0.0 and  2.7 %          0.34 ms
    KNN,  colour    9/9    18/20       0.7 and  2.7 %          0.44 ms
    MOG2, luma      9/9    20/20       3.7 and 12.7 %          0.38 ms
    MOG2, colour    5/9    20/20      47.8 and 45.5 %          0.44 ms

Memory that is held back while somebody is there keeps a visit whole: with a constant
rate, KNN reports three of the nine visits twice.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import cv2
import numpy as np

from edge.sight.exposure import Exposure
from edge.sight.picture import Moment, Pixels, cover
from edge.sight.shape import Box, Polygon
from edge.sight.thing import NOTHING, Thing, things_of
from sites.event import Side

MEMORY_S = 100.0  # what stands still is scenery after about a tenth of this
HELD = 0.05  # of the normal rate of learning, while somebody is in a zone
STILL_S = 20.0  # a thing that shows no motion of its own for so long is learned again
WARM_UP_S = 2.0  # after a start nothing is reported: the model knows nothing yet
GAP_S = 1.0  # longest step of time that is learned from at once
NEAR = 400.0  # squared distance of two brightnesses that count as the same (20 levels)
SHADOW_DEPTH = 0.65  # of the scenery's brightness; what is darker is a thing in dark
# clothes. OpenCV's 0.5 finds 7 of the 20 drawn figures, as they stand before a light
# wall; 0.7 leaves shadows in (1.8 and 3.6 % stuck-on)
SHADOW = 200  # the model says 255 for a thing, 127 for its shadow
STIRRED = 12  # levels; a pixel that changes more between two looks has moved
STIRRED_SHARE = 0.02  # of a thing's pixels; fewer is the sensor's noise
LEAST_AREA = 0.002  # of a zone; smaller things do not start an event
LEAST_PIXELS = 12  # of the small picture; smaller is noise in however small a zone
SEEN_OF = (3, 4)  # a thing must be seen in so many of the last so many looks
KEEP = 0.5  # of the least area is enough to go on with an event
QUIET_S = 2.0  # an event is over when nothing was seen for so long
SURE = 4.0  # times the least area: a thing of this size is beyond doubt


@dataclass(frozen=True, slots=True)
class Started:
    """A thing moves in a zone.

    Attributes:
        box: left, top, width, height of the thing, as fractions of the picture.
        area: share of the zone's visible part.
        score: 0 to 1; how much of the last looks saw how large a thing.
    """

    zone: str
    moment: Moment
    box: Box
    area: float
    score: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The zone is empty since `moment`; `box` and `area` are the last that was seen.

    `entered` and `left` are the sides of the picture that were crossed, if any.
    """

    zone: str
    moment: Moment
    seconds: float
    box: Box
    area: float
    score: float
    entered: Side | None = None
    left: Side | None = None


Decision: TypeAlias = Started | Ended


@dataclass(slots=True)
class _Zone:
    name: str
    cover: Pixels
    visible: int
    sizes: deque[float] = field(default_factory=lambda: deque(maxlen=SEEN_OF[1]))
    since: Moment | None = None
    last: Started | None = None
    stirred_at: float = 0.0

    @property
    def least(self) -> float:
        return max(LEAST_PIXELS, LEAST_AREA * self.visible)

    def judge(self, thing: Thing, moment: Moment) -> Decision | None:
        """Take one look into account.

        1. A thing seen in enough of the last looks starts an event.
        2. While it lasts, half the size is enough to stay.
        3. An event ends, at the moment of the last sighting, after a quiet time.
        """
        self.sizes.append(thing.pixels / self.least)
        if self.since is None:
            if sum(size >= 1 for size in self.sizes) < SEEN_OF[0]:
                return None
            self.since, self.stirred_at = moment, moment.seconds
            self.last = self._sighting(thing, moment)
            return self.last
        if thing.pixels >= KEEP * self.least:
            self.last = self._sighting(thing, moment)
        elif self.last and moment.seconds - self.last.moment.seconds >= QUIET_S:
            return self.close()
        return None

    def close(self) -> Ended | None:
        """End the event that is going on, if one is."""
        if self.since is None or self.last is None:
            return None
        last, since = self.last, self.since
        self.since = self.last = None
        self.sizes.clear()
        lasted = last.moment.seconds - since.seconds
        return Ended(self.name, last.moment, lasted, last.box, last.area, last.score)

    def _sighting(self, thing: Thing, moment: Moment) -> Started:
        score = sum(min(1.0, size / SURE) for size in self.sizes) / len(self.sizes)
        return Started(self.name, moment, thing.box, thing.pixels / self.visible, score)


class Motion:
    """Watches the zones of one camera, look by look.

    Args:
        zones: (zone id, polygon in fractions of the picture).
        unseen: 255 where masks hide the small picture, or None.
        size: (height, width) of the small picture.

    Attributes:
        things: what the last look saw in the whole picture, the largest first.
    """

    def __init__(
        self,
        zones: Sequence[tuple[str, Polygon]],
        size: tuple[int, int],
        unseen: Pixels | None = None,
    ) -> None:
        self._zones = [
            zone for name, shape in zones if (zone := _zone(name, shape, size, unseen))
        ]
        self._model = cv2.createBackgroundSubtractorKNN(500, NEAR, detectShadows=True)
        self._model.setShadowThreshold(SHADOW_DEPTH)
        self._square = np.ones((3, 3), np.uint8)
        self._before: Pixels | None = None
        self._exposure = Exposure(unseen)
        self._looks = 0
        self._first = self._last = 0.0
        self.things: list[Thing] = []

    def look(self, small: Pixels, moment: Moment) -> list[Decision]:
        """Look at the next picture; moments must not go back in time."""
        things = self._things(small, moment.seconds)
        if moment.seconds - self._first < WARM_UP_S:
            self._before = small
            return []
        self.things = things_of(things)
        stirred = self._stirred(small, things)
        decisions = [
            decision
            for zone in self._zones
            if (decision := self._judge(zone, things, stirred, moment))
        ]
        self._before = small
        return decisions

    def going_on(self) -> list[Started]:
        """Give the last sighting of each event that has not ended."""
        return [zone.last for zone in self._zones if zone.last]

    def drop(self, zone: str) -> None:
        """Forget what goes on in a zone: it is a nuisance, and may become scenery."""
        for one in self._zones:
            if one.name == zone:
                one.close()

    def finish(self) -> list[Decision]:
        """End what is going on: the film is over."""
        return [ended for zone in self._zones if (ended := zone.close())]

    def _things(self, small: Pixels, seconds: float) -> Pixels:
        """Return 255 where something is that does not belong to the scene."""
        if self._looks == 0:
            self._first = self._last = seconds
        level = self._exposure.level(small, seconds)
        rate = self._rate(seconds)
        self._looks += 1
        self._last = seconds
        labels = self._model.apply(level, learningRate=rate)
        _, things = cv2.threshold(labels, SHADOW, 255, cv2.THRESH_BINARY)
        return cv2.morphologyEx(things, cv2.MORPH_OPEN, self._square)  # type: ignore[return-value]  # OpenCV's stub says any number; labels are bytes

    def _rate(self, seconds: float) -> float:
        rate = min(max(seconds - self._last, 0.0), GAP_S) / MEMORY_S
        if seconds - self._first < WARM_UP_S:
            return max(rate, 1 / (self._looks + 1))
        busy = any(
            zone.since and seconds - zone.stirred_at < STILL_S for zone in self._zones
        )
        return rate * HELD if busy else rate

    def _stirred(self, small: Pixels, things: Pixels) -> Pixels | None:
        """Return 255 where a thing changed since the last look; None if none could."""
        if self._before is None or not any(zone.since for zone in self._zones):
            return None
        change = cv2.absdiff(small, self._before)
        _, change = cv2.threshold(change, STIRRED, 255, cv2.THRESH_BINARY)
        return cv2.bitwise_and(change, things)  # type: ignore[return-value]  # as above

    @staticmethod
    def _judge(
        zone: _Zone, things: Pixels, stirred: Pixels | None, moment: Moment
    ) -> Decision | None:
        inside = cv2.bitwise_and(things, zone.cover)
        pixels = cv2.countNonZero(inside)
        if stirred is not None and zone.since:
            changed = cv2.countNonZero(cv2.bitwise_and(stirred, zone.cover))
            if changed >= max(LEAST_PIXELS / 4, STIRRED_SHARE * pixels):
                zone.stirred_at = moment.seconds
        enough = pixels >= KEEP * zone.least
        return zone.judge(things_of(inside)[0] if enough else NOTHING, moment)  # type: ignore[arg-type]  # as above


def _zone(
    name: str, shape: Polygon, size: tuple[int, int], unseen: Pixels | None
) -> _Zone | None:
    """Draw a zone; None if masks hide all of it."""
    plane = cover(shape, *size)
    if unseen is not None:
        plane[unseen > 0] = 0
    visible = cv2.countNonZero(plane)
    return _Zone(name, plane, visible) if visible else None
