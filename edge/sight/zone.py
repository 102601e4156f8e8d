"""From things in a zone to one event for each visit. Pure: moments are an argument."""

from collections import deque
from dataclasses import dataclass, field
from typing import TypeAlias

import cv2
import numpy as np

from edge.sight.cover import cover
from edge.sight.picture import Moment, Pixels
from edge.sight.sensitivity import Sensitivity
from edge.sight.shape import Box, Polygon
from sites.sight import LightChange, Side

LEAST_PIXELS = 12  # of the small picture; smaller is noise in however small a zone
KEEP = 0.5  # of the least area is enough to go on with an event
KEEP_OF = 0.04  # of the largest that was seen of late; a smaller rest is a trace of it
FADES = 0.97  # a look, of that largest; who walks away grows small slowly
QUIET_S = 2.0  # an event is over when nothing was seen for so long
AGAIN_S = 1.0  # after a picture of the past is gone, who is there is seen again
SURE = 4.0  # times the least area: a thing of this size is beyond doubt
LEFT_SCORE = 0.5  # times; what was left or creeps is less sure than what walks


@dataclass(frozen=True, slots=True)
class Started:
    """A thing moves in a zone, or was left there.

    Attributes:
        box: left, top, width, height of the thing, as fractions of the picture.
        area: share of the zone's visible part.
        score: 0 to 1; how much of the last looks saw how large a thing. Half of that
            for what was left there.
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


@dataclass(frozen=True, slots=True)
class Changed:
    """The light of the scene changed at `moment`, which was some looks ago."""

    moment: Moment
    change: LightChange


Decision: TypeAlias = Started | Ended | Changed


@dataclass(frozen=True, slots=True)
class Presence:
    """What is in a zone in one look.

    Attributes:
        largest: pixels of the largest thing, arrived or not.
        pixels: of the largest one that arrived, and its box.
        is_left: it was left there, or creeps.
    """

    largest: int = 0
    pixels: int = 0
    box: Box = (0.0, 0.0, 0.0, 0.0)
    is_left: bool = False


NOBODY = Presence()


@dataclass(slots=True)
class Zone:
    """One zone of a camera.

    Attributes:
        cover: 255 where it is and can be seen.
        visible: so many pixels.
    """

    name: str
    cover: Pixels
    visible: int
    sensitivity: Sensitivity
    sizes: deque[float] = field(init=False)
    since: Moment | None = None
    last: Started | None = None
    peak: float = 0.0
    unsure: float = float("-inf")

    def __post_init__(self) -> None:
        self.sizes = deque(maxlen=self.sensitivity.seen_of[1])

    @property
    def least(self) -> float:
        """Pixels of the smallest thing that starts an event."""
        return max(LEAST_PIXELS, self.sensitivity.least_area * self.visible)

    def judge(
        self, presence: Presence, moment: Moment, *, doubtful: bool = False
    ) -> Started | Ended | None:
        """Take one look into account.

        1. A thing seen in enough of the last looks, that has arrived, starts an event.
        2. While it lasts, half the size is enough to stay.
        3. An event ends, at the moment of the last sighting, after a quiet time.
        4. In doubt, what may be a picture of the past only keeps it from ending.
        """
        self.sizes.append(presence.largest / self.least)
        if self.since is None:
            seen = sum(size >= 1 for size in self.sizes)
            enough = seen >= self.sensitivity.seen_of[0]
            if not enough or presence.pixels < self.least:
                return None
            self.since, self.peak = moment, presence.pixels
            self.last = self._sighting(presence, moment)
            return self.last
        self.peak = max(self.peak * FADES, presence.pixels)
        if presence.pixels >= max(KEEP * self.least, KEEP_OF * self.peak):
            if doubtful:
                self.unsure = moment.seconds
            else:
                self.last = self._sighting(presence, moment)
        elif self._is_quiet(moment.seconds):
            return self.close()
        return None

    def _is_quiet(self, seconds: float) -> bool:
        """Say whether nobody is there any more, nor was a moment ago."""
        if self.last is None or seconds - self.unsure < AGAIN_S:
            return False
        return seconds - self.last.moment.seconds >= QUIET_S

    def close(self) -> Ended | None:
        """End the event that is going on, if one is."""
        if self.since is None or self.last is None:
            return None
        last, since = self.last, self.since
        self.since = self.last = None
        self.sizes.clear()
        lasted = last.moment.seconds - since.seconds
        return Ended(self.name, last.moment, lasted, last.box, last.area, last.score)

    def _sighting(self, presence: Presence, moment: Moment) -> Started:
        score = sum(min(1.0, size / SURE) for size in self.sizes) / len(self.sizes)
        score *= LEFT_SCORE if presence.is_left else 1.0
        area = presence.pixels / self.visible
        return Started(self.name, moment, presence.box, area, score)


def zone_of(
    name: str,
    shape: Polygon,
    size: tuple[int, int],
    unseen: Pixels | None,
    sensitivity: Sensitivity,
) -> Zone | None:
    """Draw a zone; None if masks hide all of it."""
    plane = cover(shape, *size)
    if unseen is not None:
        plane[unseen > 0] = 0
    visible = cv2.countNonZero(plane)
    plane = np.ascontiguousarray(plane)
    return Zone(name, plane, visible, sensitivity) if visible else None
