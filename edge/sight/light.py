"""Names a change of light: infrared, a lamp, the exposure, a headlight.

Pure: moments are an argument. Told apart by what a change of light does and a thing
does not: colour goes or comes in the whole picture (the infrared filter swings), the
brightness of everything changes by one factor, at once (a lamp) or over seconds (the
exposure), or a part becomes lighter or darker while its detail stays (`glow`).
"""

from collections import deque
from collections.abc import Callable
from itertools import pairwise
from math import log

import cv2
import numpy as np

from edge.sight.glow import CELLS, Cells, Free, Glow, cells_of
from edge.sight.once import Once
from edge.sight.picture import Moment, Pixels
from sites.sight import LightChange

COLOUR_EVERY_S = 2.0  # the colour is looked at, and whenever the light changes
GREY_SHARE = 0.25  # of the usual colour; less is infrared light
GREY = 1.0  # levels of mean chroma; infrared light has less
COLOURFUL = 1.5  # levels; more is daylight whatever else is seen
COLOUR_TIMES = 4.0  # the grey of infrared light is daylight
LEAST_COLOUR = 0.3  # levels; a scene with less has no colour to lose
COLOUR_LOOKS = 2  # in a row, before a change of colour is believed
USUAL_COLOUR_S = 20.0  # over which the usual colour is learned
FLAT = 4.0  # levels (standard deviation); a lost picture, not a scene
TOLD = 0.14  # log of brightness: 15 % is worth telling
FOLLOW_S = 8.0  # over which the brightness is followed; slower is the day
WAIT_S = 0.6  # until a change is named: it may be infrared, or go on
AT_ONCE = 0.5  # of a change within one look: a lamp, not the exposure
REST_S = 3.0  # without another change of brightness, before one is told again
LATELY_S = 1.2  # what changed in that time goes on
EVEN = 0.6  # of the cells change by the same factor, or it is no light
EVEN_WITHIN = 0.12  # log; "the same factor"
DARKEST = 8.0  # levels added to both sides of a ratio; black has no factor
BUSY = 40  # of 255; a cell with so much of a thing in it, or beside it, has no say
LEARNS_S = 1.0  # between two times that the usual light is learned
GAP_S = 1.0  # longest step of time that is learned from at once

_SQUARE = np.ones((3, 3), np.uint8)


class Colour:
    """Is the light infrared? A picture in it has no colour."""

    def __init__(self) -> None:
        self.is_infrared = False
        self._usual: float | None = None
        self._asked_at = float("-inf")
        self._others = 0

    def look(
        self, seconds: float, chroma: Callable[[], float], *, restless: bool
    ) -> LightChange | None:
        """Ask for the colour; say whether the light has switched."""
        asked = seconds - self._asked_at
        self._asked_at = seconds
        colour = chroma()
        if self._usual is None:
            self._usual = colour
            self.is_infrared = colour < LEAST_COLOUR / 2
            return None
        if not self._is_other(colour, self._usual, restless=restless):
            self._others = 0
            step = min(asked, USUAL_COLOUR_S)
            self._usual += (colour - self._usual) * step / USUAL_COLOUR_S
            return None
        self._others += 1
        if self._others < COLOUR_LOOKS:
            return None
        self._others, self._usual = 0, colour
        self.is_infrared = not self.is_infrared
        return "infrared_on" if self.is_infrared else "infrared_off"

    @property
    def is_in_doubt(self) -> bool:
        """Say whether another colour was seen that is not believed yet."""
        return self._others > 0

    def is_due(self, seconds: float, *, restless: bool) -> bool:
        """Say whether the colour should be looked at."""
        asked = seconds - self._asked_at
        return restless or self._others > 0 or asked >= COLOUR_EVERY_S

    def _is_other(self, colour: float, usual: float, *, restless: bool) -> bool:
        if self.is_infrared:
            often = colour >= max(LEAST_COLOUR, COLOUR_TIMES * usual)
            return often and (restless or colour >= COLOURFUL)
        return usual >= LEAST_COLOUR and colour < min(GREY, GREY_SHARE * usual)


class Light:
    """Watches the light of one camera's scene."""

    def __init__(self) -> None:
        self._colour = Colour()
        self._is_new = True
        self._glow: Glow | None = None
        self._base = 0.0
        self._logs: deque[tuple[float, float]] = deque(maxlen=16)
        self._since: Moment | None = None
        self._rest_until = self._deaf_until = 0.0
        self._last = self._unlearned = 0.0
        self._restless = False

    @property
    def is_infrared(self) -> bool:
        """Say whether the camera sees by infrared light."""
        return self._colour.is_infrared

    @property
    def is_restless(self) -> bool:
        """Say whether a change is going on that may be told."""
        return self._restless or self._since is not None or self._colour.is_in_doubt

    def look(
        self,
        level: Pixels,
        gain: float,
        things: Pixels,
        moment: Moment,
        chroma: Callable[[], float] | None,
    ) -> list[tuple[Moment, LightChange]]:
        """Take the next picture into account; return when which change began.

        `level` is the picture brought to its usual light by `gain`; `things` is 255
        where there is one.
        """
        seconds = moment.seconds
        step = min(max(seconds - self._last, 0.0), GAP_S)
        self._last = seconds
        now = -log(max(gain, 0.01))
        cells = cells_of(level)
        if self._glow is None:
            self._glow, self._base = Glow(cells), now
        self._logs.append((seconds, now))
        free = Once(lambda: free_of(things))
        lit = self._glow.lit(cells, free)
        restless = abs(now - self._base) >= TOLD / 2 or lit is not None
        self._restless = restless or self._glow.has_patch
        due = chroma is not None and self._colour.is_due(seconds, restless=restless)
        if chroma and due and (self._is_new or level[::4, ::4].std() >= FLAT):
            self._is_new = False
            # A dim picture has less colour, as it has less of all.
            ask = lambda: chroma() * max(gain, 1.0)  # noqa: E731 - asked for rarely
            if switched := self._colour.look(seconds, ask, restless=restless):
                self.restart(level, seconds)
                return [(moment, switched)]
        changed = self._whole(now, cells, free, moment, step)
        if changed:
            self._glow.take(cells, free())
        else:
            changed = self._glow.look(lit, cells, free, moment)
        self._unlearned += step
        if self._unlearned >= LEARNS_S:
            self._glow.learn(cells, free(), self._unlearned)
            self._unlearned = 0.0
        return [changed] if changed else []

    def restart(self, level: Pixels, seconds: float) -> None:
        """Take a picture's light for the usual one."""
        self._glow = Glow(cells_of(level))
        self._base, self._since = 0.0, None
        self._rest_until = self._deaf_until = seconds + REST_S
        self._logs.clear()
        self._logs.append((seconds, 0.0))

    def _whole(
        self,
        now: float,
        cells: Cells,
        free: Callable[[], Free],
        moment: Moment,
        step: float,
    ) -> tuple[Moment, LightChange] | None:
        """Name a change of all brightness."""
        change, seconds = now - self._base, moment.seconds
        lately = [value for at, value in self._logs if seconds - at <= LATELY_S]
        if seconds >= self._deaf_until and abs(now - lately[-2:][0]) >= TOLD:
            self._rest_until = seconds  # at once, and no part of what was told
        if seconds < self._rest_until:
            if abs(now - lately[0]) > TOLD / 4:
                self._rest_until = max(self._rest_until, seconds + REST_S / 2)
            self._base = now
            return None
        if abs(change) < TOLD:
            self._base += change * min(1.0, step / FOLLOW_S)
            self._since = None
            return None
        since = self._since = self._since or moment
        if seconds - since.seconds < WAIT_S:
            return None
        self._since, self._base = None, now
        self._rest_until = self._deaf_until = seconds + REST_S
        if self._glow is None or not is_even(self._glow.usual, cells, free()):
            return None
        most = max((abs(b - a) for (_, a), (_, b) in pairwise(self._logs)), default=0.0)
        return since, "lamp" if most >= AT_ONCE * abs(change) else "exposure"


def free_of(things: Pixels) -> Free:
    """Say in which cells there is hardly anything of a thing (255), nor beside them."""
    some = cv2.resize(things, CELLS, interpolation=cv2.INTER_AREA)
    return cv2.dilate(some, _SQUARE) < BUSY


def is_even(usual: Cells, cells: Cells, free: Free) -> bool:
    """Say whether what is left of a change, once levelled, is little."""
    if not free.any():
        return False
    ratio = np.abs(np.log((cells + DARKEST) / (usual + DARKEST)))
    return bool((ratio[free] < EVEN_WITHIN).mean() >= EVEN)
