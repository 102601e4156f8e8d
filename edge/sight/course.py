"""One thing on its way through the pictures: does it move as a visitor does?

Pure: seconds are an argument.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from edge.sight.picture import SMALL_WIDTH
from edge.sight.thing import Thing, is_written

SEEN_OF = (3, 4)  # a thing must be seen in so many of the last so many looks
MOVED = (1.5, 2.5)  # px from the first place; small and large things
MOVED_SHARE = 0.35  # of a thing's size (root of its pixels), within these
PART_MOVED = 5.0  # px; a part that has gone so far is a thing of its own
GREW = 1.6  # times as large as when first seen: it comes nearer
BURST = 3.5  # times as large or small as in the look before: it is another thing
QUICK = 5.0  # px a look; what is quicker flies straight
TURN = 0.6  # of its speed; a quick thing turns no more
CROWD_LOOKS = 10  # that a thing out of a crowd must be seen in
JUST_S = 0.5  # before it was seen last
FADES = 0.99  # a look, of the largest size

Place: TypeAlias = tuple[float, float]  # px, across and down


@dataclass(slots=True)
class Course:
    """One thing over time.

    Attributes:
        born, seconds, stirred_at: when it was first and last seen, and last stirred.
        has_arrived: it is a visitor, or a part of one.
        is_part: it came off one who had arrived.
        is_left: it does not move, and yet is there to stay.
    """

    thing: Thing
    born: float
    seconds: float
    stirred_at: float
    family: int
    crowded: bool
    first: Place
    size: int
    peak: float
    has_arrived: bool = False
    is_part: bool = False
    is_left: bool = False
    looks: int = 1
    anchor: Place = (0.0, 0.0)
    moved_at: float = 0.0
    places: deque[Place] = field(default_factory=lambda: deque(maxlen=4))
    seen: deque[bool] = field(default_factory=lambda: deque(maxlen=SEEN_OF[1]))

    def is_here(self, seconds: float) -> bool:
        """Say whether it was seen in the look at `seconds`."""
        return self.seconds == seconds

    def still_for(self, seconds: float) -> float:
        """Return for how many seconds nothing stirred in it."""
        return seconds - self.stirred_at

    def stays_for(self, seconds: float) -> float:
        """Return for how many seconds a part has not moved, or a whole not stirred."""
        return seconds - (self.moved_at if self.is_part else self.stirred_at)

    def go_to(self, place: Place, seconds: float) -> None:
        """Note where it is now."""
        self.places.append(place)
        (x, y), (left, top) = place, self.anchor
        if abs(x - left) + abs(y - top) >= MOVED[0]:
            self.anchor, self.moved_at = place, seconds

    def begin_again(self, seconds: float) -> None:
        """Take it for something that has just been seen first."""
        self.has_arrived = self.is_part = False
        self.first, self.size, self.born = (
            place_of(self.thing),
            self.thing.pixels,
            seconds,
        )
        self.peak = self.thing.pixels

    def go_on(self, thing: Thing, seconds: float, *, stirred: bool, calm: bool) -> None:
        """Take the next look at it into account; it may arrive by that.

        `stirred` says that it changed since the last look, `calm` that there is no
        crowd of things in which one is easily taken for another.
        """
        small, large = sorted((thing.pixels, self.thing.pixels))
        if large > BURST * small and not self.has_arrived:
            self.first, self.size = place_of(thing), thing.pixels
            self.born = seconds
            if calm and thing.pixels == small:  # it fell apart
                self.crowded, self.looks = True, 0
        self.peak = max(self.peak * FADES, thing.pixels)
        self.thing, self.seconds = thing, seconds
        self.go_to(place_of(thing), seconds)
        self.seen.append(True)
        self.looks += 1
        if stirred:
            self.stirred_at = seconds
        if not calm and not self.has_arrived:
            self.crowded = True
        whole = self.has_arrived and not self.is_part
        if stirred and not whole and self._is_seen_enough() and self._has_moved():
            self.has_arrived, self.is_part, self.is_left = True, False, False

    def was_going(self) -> bool:
        """Say whether it was on its way when it was seen last."""
        (x0, y0), (x1, y1) = self.places[0], self.places[-1]
        moved = abs(x1 - x0) + abs(y1 - y0) >= PART_MOVED
        stirs = self.seconds - self.stirred_at <= JUST_S
        return self.has_arrived and moved and stirs

    def _is_seen_enough(self) -> bool:
        if self.crowded and self.looks < CROWD_LOOKS:
            return False
        return sum(self.seen) >= SEEN_OF[0]

    def _has_moved(self) -> bool:
        (x, y), (left, top) = self.places[-1], self.first
        moved = abs(x - left) + abs(y - top)
        if self.is_part or is_written(self.thing.box):
            return moved >= PART_MOVED
        least = min(max(MOVED_SHARE * self.thing.pixels**0.5, MOVED[0]), MOVED[1])
        grown = self.thing.pixels >= GREW * self.size
        return (moved >= least or grown) and flies_straight(self.places)


def flies_straight(places: Sequence[Place]) -> bool:
    """Say whether a quick thing keeps its way; a slow one may turn as it likes."""
    (x0, y0), (x1, y1), (x2, y2) = list(places)[-3:]
    before, now = abs(x1 - x0) + abs(y1 - y0), abs(x2 - x1) + abs(y2 - y1)
    speed = max(before, now)
    turn = abs(x2 - 2 * x1 + x0) + abs(y2 - 2 * y1 + y0)
    return speed < QUICK or turn <= TURN * speed + 2


def place_of(thing: Thing) -> Place:
    """Return a thing's place in pixels of a small picture of 16:9, about."""
    return thing.centre[0] * SMALL_WIDTH, thing.centre[1] * SMALL_WIDTH * 9 / 16
