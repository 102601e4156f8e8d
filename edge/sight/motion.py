"""Motion in zones, as decisions with their reason. Pure: seconds are an argument.

`edge.sight.scenery` says which pixels do not belong to the scene, `edge.sight.arrival`
which of the things there arrived, and `edge.sight.zone` turns that into one event for
each visit. Why KNN and brightness alone: 9 labelled visits on two films, and 20 drawn
ones of small dark figures (`made:1`, 2, 3, 7, 42); 5 looks a second, one thread, the
background model and persistence alone:

    model          found   drawn   stuck-on of idle time   CPU of a look
    KNN,  luma      9/9    20/20       0.0 and  2.7 %          0.34 ms
    KNN,  colour    9/9    18/20       0.7 and  2.7 %          0.44 ms
    MOG2, luma      9/9    20/20       3.7 and 12.7 %          0.38 ms
    MOG2, colour    5/9    20/20      47.8 and 45.5 %          0.44 ms

Memory that is held back while somebody is there keeps a visit whole: with a constant
rate, KNN reports three of the nine visits twice.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from edge.sight.arrival import Arrivals
from edge.sight.course import Course
from edge.sight.detail import Detail
from edge.sight.doubt import Doubt
from edge.sight.picture import Moment, Pixels
from edge.sight.scenery import Scenery, Seen
from edge.sight.sensitivity import PRESETS
from edge.sight.shape import Polygon
from edge.sight.thing import Labels, Place, Thing, is_written, things_of
from edge.sight.zone import (
    LEAST_PIXELS,
    NOBODY,
    Changed,
    Decision,
    Ended,
    Presence,
    Started,
    Zone,
    zone_of,
)
from sites.sight import Preset

__all__ = ["Changed", "Decision", "Ended", "Motion", "Started"]

STIRRED = 12  # levels; a pixel that changes more between two looks has moved
STIRRED_NOISES = 4.0  # times the noise, likewise
STIRRED_SHARE = 0.02  # of a thing's pixels; fewer is the sensor's noise
STIRRED_EDGE = (
    0.6  # of its side (root of its pixels); of what is large, edges alone stir
)
STIRRED_PIXELS = 3
GLARED = 0.4  # of what is around a thing is lighter than usual
BESIDE = 4  # px around it
STILL_S = 60.0  # a thing that shows no motion of its own for so long is scenery
GHOST_S = 0.6  # without a stir, before it is asked whether anything is there at all
GHOST = 3.0  # times as much detail has gone as has come: what was here has left
BY_CHANCE = 3  # px of detail
LEFT_S = 5.0  # what appeared and stays so long, was left there
STILL_LEFT_S = 2.0  # of these without a stir: what is written changes each second
LEFT = 4.0  # times as much detail has come as has gone: there is a thing
LEFT_SHARE = 0.1  # of its pixels have new detail
LEFT_FOR_S = 6.0  # as long is it told
POPPED_S = 6.0  # what popped up and is nothing that arrives is scenery
WRITTEN_S = 1.5  # what changes there and does not move is the time


@dataclass(frozen=True)
class _Look:
    """The things of one look; each number is an index into the counts, from 1."""

    where: Place
    labels: Labels
    things: list[Thing]
    tracks: list[Course | None]
    detail: Callable[[], Detail] | None

    @cached_property
    def details(self) -> list[tuple[int, int]]:
        """Say of each thing in how many pixels detail came, and went.

        A pixel around it counts too.
        """
        count = len(self.things) + 1
        if self.detail is None:
            return [(0, 0)] * count
        detail = self.detail()
        near = cv2.dilate(self.labels.astype(np.uint16), _SQUARE)
        up, down = near[detail.up > 0], near[detail.down > 0]
        came = np.bincount(up, minlength=count).tolist()
        return list(zip(came, np.bincount(down, minlength=count).tolist(), strict=True))


class Motion:
    """Watches the zones of one camera, look by look.

    Args:
        zones: (zone id, polygon in fractions of the picture).
        size: (height, width) of the small picture.
        unseen: 255 where masks hide the small picture, or None.
        preset: how easily motion starts.

    Attributes:
        things: what the last look saw in the whole picture, the largest first.
        plane: 255 where the last look saw what does not belong to the scene.
    """

    def __init__(
        self,
        zones: Sequence[tuple[str, Polygon]],
        size: tuple[int, int],
        unseen: Pixels | None = None,
        preset: Preset = "normal",
    ) -> None:
        sensitivity = PRESETS[preset]
        self._zones = [
            zone
            for name, shape in zones
            if (zone := zone_of(name, shape, size, unseen, sensitivity))
        ]
        self._scenery = Scenery(sensitivity.threshold, unseen)
        self._arrivals = Arrivals()
        self._before: Pixels | None = None
        self._doubt = Doubt.NONE
        self.things: list[Thing] = []
        self.plane: Pixels | None = None

    def look(
        self,
        small: Pixels,
        moment: Moment,
        chroma: Callable[[], float] | None = None,
        doubt: Doubt = Doubt.NONE,
    ) -> list[Decision]:
        """Look at the next picture; moments must not go back in time.

        `chroma` gives the picture's mean colour when asked; without it, a switch to
        infrared light is not told.
        """
        self._doubt = doubt
        seen = self._scenery.look(small, moment, self._arrivals.held(), chroma)
        self.plane = seen.found.things
        before, self._before = self._before, small
        decisions: list[Decision] = [Changed(*change) for change in seen.changes]
        seconds = moment.seconds
        where = seen.found.where
        if where is None or before is None:
            self.things = []
            self._arrivals.take((), (), seconds)
            return [*decisions, *self._judge(None, moment)]
        labels, things = things_of(seen.found.things, where)
        change = cv2.absdiff(small[where], before[where])
        stirred = self._stirred(labels, things, change)
        settled = seen.is_settled
        glare = self._scenery.glare(seen) if things else None
        glared = [] if glare is None else [_is_glared(glare, one) for one in things]
        tracks = self._arrivals.take(
            things, stirred, seconds, glared=glared, settled=settled
        )
        look = _Look(where, labels, things, tracks, seen.found.detail)
        self._become_scenery(look, seen, seconds)
        largest = sorted(things, key=lambda thing: -thing.pixels)
        self.things = largest if seen.is_settled else []
        return [*decisions, *self._judge(look, moment)]

    def going_on(self) -> list[Started]:
        """Give the last sighting of each event that has not ended."""
        return [zone.last for zone in self._zones if zone.last]

    def drop(self, zone: str) -> None:
        """Forget what goes on in a zone: it is a nuisance."""
        for one in self._zones:
            if one.name == zone:
                one.close()

    def finish(self) -> list[Decision]:
        """End what is going on: the film is over."""
        return [ended for zone in self._zones if (ended := zone.close())]

    def _stirred(
        self,
        labels: Labels,
        things: Sequence[Thing],
        change: cv2.typing.MatLike,
    ) -> list[bool]:
        """Say which things changed since the last look."""
        if not things:
            return []
        least = max(STIRRED, STIRRED_NOISES * self._scenery.noise)
        moved = labels[change > least]
        counts = np.bincount(moved, minlength=len(things) + 1).tolist()
        return [
            counts[number] >= max(STIRRED_PIXELS, _least_stirred(thing.pixels))
            for number, thing in enumerate(things, 1)
        ]

    def _become_scenery(self, look: _Look, seen: Seen, seconds: float) -> None:
        """Take for scenery what is there to stay, and where nobody is any more.

        1. Where detail has gone, and nothing stirs, somebody has left: a ghost.
        2. What popped up with detail of its own, and stays, was left there: it is told
           for a while, and then is scenery.
        3. What popped up otherwise is a trace of light.
        4. What has arrived and shows no motion of its own for long is parked.
        """
        gone: list[int] = []
        for number, track in enumerate(look.tracks, 1):
            if track is None:
                continue
            if self._is_left(track, look, number, seconds):
                track.has_arrived = track.is_left = True
                track.born = seconds
            if self._is_scenery(track, look, number, seconds):
                gone.append(number)
                self._arrivals.drop(track)
                track.has_arrived = False
        if gone:
            plane = np.zeros_like(seen.level)
            plane[look.where][np.isin(look.labels, gone)] = 255
            self._scenery.absorb(seen.level, plane)

    def _is_left(self, track: Course, look: _Look, number: int, seconds: float) -> bool:
        if track.has_arrived or track.crowded or seconds - track.born < LEFT_S:
            return False
        if track.still_for(seconds) < STILL_LEFT_S or not all(track.seen):
            return False
        if track.thing.pixels < LEAST_PIXELS:
            return False
        up, down = look.details[number]
        solid = up >= max(LEFT * down + BY_CHANCE, LEFT_SHARE * track.thing.pixels)
        return solid and not self._arrivals.is_beside_one(track, seconds)

    def _is_scenery(
        self, track: Course, look: _Look, number: int, seconds: float
    ) -> bool:
        still, age = track.still_for(seconds), seconds - track.born
        if seconds - track.moved_at >= WRITTEN_S and is_written(track.thing.box):
            return True
        if still >= GHOST_S:
            up, down = look.details[number]
            if down > GHOST * up + BY_CHANCE:
                return True
        if track.is_left:
            return age >= LEFT_FOR_S
        if track.has_arrived:
            return still >= STILL_S
        return age >= POPPED_S and not self._arrivals.is_beside_one(track, seconds)

    def _judge(self, look: _Look | None, moment: Moment) -> list[Decision]:
        decided: list[Decision] = []
        for zone in self._zones:
            presence = _presence(zone, look, self._doubt) if look else NOBODY
            if decision := zone.judge(presence, moment):
                decided.append(decision)
        return decided


def _is_glared(glare: Pixels, thing: Thing) -> bool:
    """Say whether it is lighter around a thing: light may be all that it is."""
    high, wide = glare.shape
    left, top, width, height = thing.box
    x, y = round(left * wide), round(top * high)
    right, foot = x + round(width * wide), y + round(height * high)
    rows = slice(max(0, y - BESIDE), foot + BESIDE)
    near = glare[rows, max(0, x - BESIDE) : right + BESIDE]
    return cv2.countNonZero(near) >= GLARED * max(1, near.size - thing.pixels)


def _least_stirred(pixels: int) -> float:
    return min(STIRRED_SHARE * pixels, STIRRED_EDGE * math.sqrt(pixels))


def _presence(zone: Zone, look: _Look, doubt: Doubt) -> Presence:
    """Say what is in a zone: the largest thing, and the largest that has arrived."""
    if zone.is_whole:
        pixels = [thing.pixels for thing in look.things]
    else:
        inside = look.labels[zone.cover[look.where] > 0]
        counts = np.bincount(inside, minlength=len(look.things) + 1)
        pixels = counts[1:].tolist()
    arrived = [
        (doubt.believes(stirs=track.stirs), count, number)
        for number, (count, track) in enumerate(zip(pixels, look.tracks, strict=True))
        if track and track.has_arrived
    ]
    largest = max(pixels, default=0)
    if not arrived:
        return Presence(largest)
    is_sure, count, number = max(arrived)
    track = look.tracks[number]
    left = track is not None and track.is_left
    return Presence(largest, count, look.things[number].box, left, is_sure)


_SQUARE = np.ones((3, 3), np.uint8)
