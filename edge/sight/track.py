"""Follows things from look to look, and says which of them travel like a body.

Pure: seconds are an argument. A track is matched to the thing nearest to where it
should be by now. What stands on the ground moves less than its own longest side
between two looks (a scooter of 1.8 m at 30 km/h and 5 looks a second: 1.7 m), goes on
in the direction it had, and keeps its size. Rain, snow and what flies before the lens
do not, and what sways comes back. 0.04 ms a look with four things, 0.2 ms in a storm.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from edge.sight.heading import touched
from edge.sight.shape import Box
from edge.sight.thing import Thing

MOST = 24  # things followed in one look, the largest; a storm has more
SMALLEST = 6  # px of the small picture; what is smaller cannot be recognised again
REACH = 1.6  # longest sides that a thing may be from where it is expected
SLACK = 2.0  # px; the least that a thing may be off
SWELL = 3.5  # times; what grows or shrinks more between two looks is something else
ENTER_SWELL = 9.0  # times, for what comes in over a side of the picture
SWELL_COST = 0.15  # how much a change of size speaks against a match
FLIT_COST = 1.0  # what flits has the last choice
PATIENCE_S = 0.9  # a track that was not seen for so long is over
KEPT = 8  # looks that a track's manner is judged on
EASE = 0.5  # of a new step that goes into the speed
CROWD = 6  # things that come to be in one look: a lamp, a gust, a web; not visitors
CROWD_WIDE = 0.5  # of the picture
NOTABLE = 12  # px; what is smaller is not counted among them
MOVED = (0.3, 5.0)  # longest sides, and px at least: has gone somewhere
MOVED_STRAIGHT = 0.6
TRAVELLED = (0.75, 10.0)  # the same; beyond doubt, for what came in over a side
APPEARED = 1.2  # longest sides for what appeared in the middle
TRAVELLED_STRAIGHT = 0.5
TRAVELLED_HITS = 5
FITTING = 0.3  # insects on films have 0.1 to 0.25, people and cars 0.4 to 0.75
FLITTING = 0.5  # longest sides a look; who goes so fast must fit well, and be seen to
FLITTING_FIT = 0.45
FLITTED_HITS = 4
STRAIGHT = 0.985  # a car goes like this, also where it is too fast to be met well
MOVED_HITS = 3
HEIR_HITS = 10  # looks that such a track must have been seen in
HEIR_OVERLAP = 0.2  # and so much of both boxes
HEIRS = 0.4  # of the size; what is born within a lost track's box takes its place
TREMBLED_HITS = 10
TREMBLING = 0.1  # longest sides a look; somebody who stands sways by 0.01 to 0.05
TREMBLED_STRAIGHT = 0.3
STOUT = 230  # px; somebody so large who came in may fidget as they like


@dataclass(slots=True)
class Track:
    """One thing over time; places and sizes are in pixels of the small picture.

    Attributes:
        x, y: its centre when it was seen last, at `seen` seconds.
        box: left, top, width, height as fractions, then.
        hits: looks in which it was seen.
        path: length of the way that it has gone.
        fits: of the last looks, how well it was where it should be, 0 to 1.
        paces: of the last looks, its step in longest sides.
        crowd: it came to be together with many others.
        moved: it has gone somewhere; travelled: so far that it cannot be a nuisance.
        first: its box at birth; early: the way it went in its first looks.
    """

    number: int
    born: float
    seen: float
    x: float
    y: float
    box: Box
    pixels: int
    side: float
    crowd: bool = False
    moved: bool = False
    travelled: bool = False
    hits: int = 1
    path: float = 0.0
    vx: float = 0.0
    vy: float = 0.0
    origin: tuple[float, float] = (0.0, 0.0)
    first: Box = (0.0, 0.0, 0.0, 0.0)
    early: tuple[float, float] = (0.0, 0.0)
    fits: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    paces: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))

    @property
    def net(self) -> float:
        """How far it is from where it began, in pixels."""
        left, top = self.origin
        return float(((self.x - left) ** 2 + (self.y - top) ** 2) ** 0.5)

    @property
    def straightness(self) -> float:
        """1 for a straight way, near 0 for something that comes back or trembles."""
        return self.net / self.path if self.path > 0 else 0.0

    @property
    def fit(self) -> float:
        """How much of it was where it should be in the last looks, 0 to 1."""
        return sum(self.fits) / len(self.fits) if self.fits else 0.0

    @property
    def pace(self) -> float:
        """How far it goes from one look to the next, in its own longest sides."""
        return sum(self.paces) / len(self.paces) if self.paces else 0.0

    @property
    def flits(self) -> bool:
        """It goes fast and is never where it should be: it flies before the lens."""
        return (
            self.hits >= MOVED_HITS
            and self.pace > FLITTING
            and self.fit < FLITTING_FIT
            and not self.runs_straight
        )

    @property
    def runs_straight(self) -> bool:
        """Its way is a line: it drives."""
        return self.hits >= FLITTED_HITS and self.straightness >= STRAIGHT

    @property
    def trembles(self) -> bool:
        """It goes on moving and gets nowhere: a leaf, a thread, a cloth."""
        return (
            not self.travelled
            and not (self.moved and self.pixels >= STOUT)
            and self.hits >= TREMBLED_HITS
            and self.path > TREMBLING * self.hits * self.side
            and self.straightness < TREMBLED_STRAIGHT
        )

    def judge(self) -> None:
        """Take note if it has gone somewhere; that stays true of it."""
        net, straight = self.net, self.straightness
        enough = FLITTED_HITS if self.pace > FLITTING else MOVED_HITS
        if (
            not self.moved
            and straight >= MOVED_STRAIGHT
            and self.hits >= enough
            and not self.flits
        ):
            self.moved = net >= max(MOVED[0] * self.side, MOVED[1])
        if (
            not self.travelled
            and straight >= TRAVELLED_STRAIGHT
            and self.hits >= TRAVELLED_HITS
            and (self.fit >= FITTING or self.runs_straight)
            and not self.flits
        ):
            sides = TRAVELLED[0] if touched(self.first) else APPEARED
            self.travelled = net >= max(sides * self.side, TRAVELLED[1])


class Tracker:
    """The tracks of one camera.

    `size` is (height, width) of the small picture; `scraps` are the tracks that ended
    in the last look.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._high, self._wide = size
        self.tracks: list[Track] = []
        self.scraps: list[Track] = []
        self._count = 0
        self._looked = False  # what is there at first did not all come at once

    def follow(self, things: Sequence[Thing], seconds: float) -> list[Track]:
        """Take the things of one look; return the tracks that were seen in it."""
        if not things and not self.tracks:
            self.scraps = []
            return []
        large = [one for one in things if one.pixels >= SMALLEST]
        large.sort(key=lambda one: one.pixels, reverse=True)
        left = large[:MOST]
        found = self._meet(left, seconds)
        born = [self._begin(thing, seconds) for thing in left]
        if self._looked and _is_crowd(born):
            for one in born:
                one.crowd = True
        self._looked = True
        found += born
        self.scraps = [one for one in self.tracks if seconds - one.seen > PATIENCE_S]
        self.tracks = [one for one in self.tracks if seconds - one.seen <= PATIENCE_S]
        return found

    def _meet(self, things: list[Thing], seconds: float) -> list[Track]:
        """Give each track the thing that it most likely is, taken off the list."""
        pairs = sorted(
            (cost, number, which)
            for number, track in enumerate(self.tracks)
            for which, cost in self._costs(track, things, seconds)
        )
        found: dict[int, int] = {}
        met: set[int] = set()
        for _, number, which in pairs:
            if number not in found and which not in met:
                found[number] = which
                met.add(which)
        for number, which in found.items():
            track = self.tracks[number]
            ahead = seconds - track.seen
            due = (track.x + track.vx * ahead, track.y + track.vy * ahead)
            self._step(track, things[which], due, seconds)
        things[:] = [one for which, one in enumerate(things) if which not in met]
        return [self.tracks[number] for number in found]

    def _costs(
        self, track: Track, things: Sequence[Thing], seconds: float
    ) -> Iterator[tuple[int, float]]:
        """Give the things that a track may be by now, and how much speaks against."""
        ahead = seconds - track.seen
        x, y = track.x + track.vx * ahead, track.y + track.vy * ahead
        reach = REACH * track.side + SLACK
        doubt = FLIT_COST if track.flits else 0.0
        most = ENTER_SWELL if touched(track.box) else SWELL
        for which, thing in enumerate(things):
            across = abs(thing.centre[0] * self._wide - x)
            down = abs(thing.centre[1] * self._high - y)
            away = (across**2 + down**2) ** 0.5
            swell = thing.pixels / track.pixels
            swell = max(swell, 1 / swell)
            if away <= reach and swell <= most:
                yield which, away / reach + SWELL_COST * swell + doubt

    def _step(
        self, track: Track, thing: Thing, due: tuple[float, float], seconds: float
    ) -> None:
        """Move a track to where its thing is now."""
        x, y = thing.centre[0] * self._wide, thing.centre[1] * self._high
        right, down = x - track.x, y - track.y
        step = (right**2 + down**2) ** 0.5
        took = max(seconds - track.seen, 0.01)
        box = _at(track.box, due[0] / self._wide, due[1] / self._high)
        if track.hits > 1:  # before, nobody can know where it should be
            track.fits.append(_overlap(box, thing.box))
        track.side = _longest(thing.box, self._wide, self._high)
        track.paces.append(step / track.side)
        track.vx += (right / took - track.vx) * (EASE if track.hits > 1 else 1)
        track.vy += (down / took - track.vy) * (EASE if track.hits > 1 else 1)
        track.x, track.y, track.box, track.pixels = x, y, thing.box, thing.pixels
        track.path += step
        track.hits += 1
        track.seen = seconds
        if track.hits <= KEPT:
            track.early = (x - track.origin[0], y - track.origin[1])

    def _begin(self, thing: Thing, seconds: float) -> Track:
        self._count += 1
        x, y = thing.centre[0] * self._wide, thing.centre[1] * self._high
        side = _longest(thing.box, self._wide, self._high)
        track = Track(
            self._count, seconds, seconds, x, y, thing.box, thing.pixels, side
        )
        track.origin, track.first = (x, y), thing.box
        for other in self.tracks:
            if (
                other.travelled
                and other.hits >= HEIR_HITS
                and not other.flits
                and other.seen < seconds
                and thing.pixels >= HEIRS * other.pixels
                and _overlap(other.box, thing.box) >= HEIR_OVERLAP
            ):
                track.moved = track.travelled = True
        self.tracks.append(track)
        return track


def _is_crowd(born: Sequence[Track]) -> bool:
    """Say whether many began at once, all over the picture: not one that fell apart."""
    boxes = [one.first for one in born if one.pixels >= NOTABLE]
    if len(boxes) < CROWD:
        return False
    left = min(box[0] for box in boxes)
    return max(box[0] + box[2] for box in boxes) - left >= CROWD_WIDE


def _longest(box: Box, wide: int, high: int) -> float:
    return max(box[2] * wide, box[3] * high, 1.0)


def _at(box: Box, x: float, y: float) -> Box:
    """Move a box so that its middle is at (x, y)."""
    return x - box[2] / 2, y - box[3] / 2, box[2], box[3]


def _overlap(one: Box, other: Box) -> float:
    """Return what two boxes share of what they cover together."""
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    high = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    shared = wide * high
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)
