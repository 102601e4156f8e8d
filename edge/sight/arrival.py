"""Has something arrived, or did it only pop up? Pure: seconds are an argument.

Whoever comes moves: from look to look to a place near by, and away from where it was
first seen. A patch of light, a lost block of the stream or a written clock appears at
once and stays; an insect before the lens is somewhere else in each look. What stays
where the rest of it has gone is a trace of light, or was put down.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from edge.sight.picture import SMALL_WIDTH
from edge.sight.shape import Box
from edge.sight.thing import Thing, apart, is_at_border, is_written, overlap

MOST = 16  # things looked at; more are rain
SEEN_OF = (3, 4)  # a thing must be seen in so many of the last so many looks
REACH = 0.12  # of the width from look to look; or else the boxes overlap
LIKE_SIZE = 3.5  # times as large or small, in another place: another thing
CRUMB = 0.05  # of the size of one who arrived; less is a drop of rain beside it
FORGET_S = 1.0  # a thing that is not seen for so long is gone
MOVED = (1.5, 2.5)  # px from the first place; small and large things
MOVED_SHARE = 0.35  # of a thing's size (root of its pixels), within these
PART_MOVED = 5.0  # px; a part that has gone so far is a thing of its own
GREW = 1.6  # times as large as when first seen: it comes nearer
QUICK = 5.0  # px a look; what is quicker flies straight
TURN = 0.6  # of its speed; a quick thing turns no more
CROWD = 5  # things that pop up in one look: rain, or a broken stream
CROWD_S = 1.0  # after it nothing that is new is believed at once
CROWD_PIXELS = 12  # smaller ones do not count
CROWD_LOOKS = 10  # that a thing out of a crowd must be seen in
STILL_S = 1.5  # without a stir of its own
REST = 0.25  # of the size that a thing had; a smaller rest of it may be a trace
FADES = 0.99  # a look, of the largest size
BESIDE = 0.35  # of the width; parts of one visitor are no further apart
STIRS_S = 5.0  # a whole that stirred so lately backs its parts
GONE_S = 4.0  # after the moving one of a family has gone, what stays is no visitor
UNPROVEN = 0.1  # more cost: who has arrived goes on first
UNLIKE = 0.05  # of the width, for each time that the size differs

_Place: TypeAlias = tuple[float, float]


@dataclass(slots=True)
class Track:
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
    first: _Place
    size: int
    peak: float
    has_arrived: bool = False
    is_part: bool = False
    is_left: bool = False
    looks: int = 1
    anchor: _Place = (0.0, 0.0)
    moved_at: float = 0.0
    places: deque[_Place] = field(default_factory=lambda: deque(maxlen=4))
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

    def go_to(self, place: _Place, seconds: float) -> None:
        """Note where it is now."""
        self.places.append(place)
        (x, y), (left, top) = place, self.anchor
        if abs(x - left) + abs(y - top) >= MOVED[0]:
            self.anchor, self.moved_at = place, seconds

    def begin_again(self, seconds: float) -> None:
        """Take it for something that has just been seen first."""
        self.has_arrived = self.is_part = False
        self.first, self.size, self.born = (
            _place(self.thing),
            self.thing.pixels,
            seconds,
        )
        self.peak = self.thing.pixels


class Arrivals:
    """Follows things from look to look, and says which have arrived."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self._families = 0
        self._crowd_until = float("-inf")
        self._gone: dict[int, tuple[float, float]] = {}  # family: when, how large

    def held(self) -> list[Box]:
        """Give the boxes of those who have arrived."""
        return [track.thing.box for track in self.tracks if track.has_arrived]

    def take(
        self,
        things: Sequence[Thing],
        stirred: Sequence[bool],
        seconds: float,
        *,
        settled: bool = True,
    ) -> list[Track | None]:
        """Take the things of the next look; return the track of each, in order.

        `stirred` says which changed since the last look; nothing arrives while the
        light is not settled. Things beyond the sixteenth have no track.
        """
        before = list(self.tracks)
        free = list(before)
        mine: list[Track | None] = [None] * len(things)
        largest = sorted(range(len(things)), key=lambda n: -things[n].pixels)[:MOST]
        for number in largest:
            thing = things[number]
            near = [track for track in free if _is_near(track, thing)]
            if near:
                mine[number] = min(near, key=lambda one: _cost(one, thing))
                free = [track for track in free if track is not mine[number]]
        new = [things[number] for number in largest if mine[number] is None]
        if not settled or sum(_pops_up(thing) for thing in new) >= CROWD:
            self._crowd_until = seconds + CROWD_S
        calm = seconds >= self._crowd_until
        for number in largest:
            track, thing = mine[number], things[number]
            if track is None:
                mine[number] = self._begin(thing, seconds, before, crowded=not calm)
            else:
                _go_on(track, thing, seconds, stirred=stirred[number], calm=calm)
        for track in free:
            track.seen.append(False)
        self._forget(seconds)
        self._doubt(seconds)
        return mine

    def is_beside_one(self, track: Track, seconds: float) -> bool:
        """Say whether somebody who arrived is there, of whom this may be a part."""
        return any(
            one is not track
            and one.has_arrived
            and one.is_here(seconds)
            and apart(one.thing, track.thing) < BESIDE
            for one in self.tracks
        )

    def drop(self, track: Track) -> None:
        """Forget a thing that has become scenery."""
        if track in self.tracks:
            self.tracks.remove(track)

    def _begin(
        self, thing: Thing, seconds: float, before: Sequence[Track], *, crowded: bool
    ) -> Track:
        self._families += 1
        place = _place(thing)
        whole = [
            one
            for one in before
            if one.has_arrived
            and not one.is_left
            and thing.pixels > CRUMB * one.peak
            and overlap(one.thing.box, thing.box)
        ]
        families = {one.family for one in whole}
        for one in self.tracks:
            if one.family in families:
                one.family = self._families
        track = Track(
            thing,
            born=seconds,
            seconds=seconds,
            stirred_at=seconds,
            family=self._families,
            crowded=crowded,
            first=place,
            size=thing.pixels,
            peak=max((one.peak for one in whole), default=thing.pixels),
            has_arrived=bool(whole),
            is_part=bool(whole),
        )
        track.go_to(place, seconds)
        track.moved_at = seconds
        track.seen.append(True)
        self.tracks.append(track)
        return track

    def _forget(self, seconds: float) -> None:
        """Forget who was not seen for long; remember that the moving one has gone."""
        for track in list(self.tracks):
            if seconds - track.seconds < FORGET_S:
                continue
            self.tracks.remove(track)
            if _was_going(track) and not any(
                one.has_arrived and overlap(track.thing.box, one.thing.box)
                for one in self.tracks
            ):
                self._gone[track.family] = seconds, track.peak
        self._gone = {
            family: gone
            for family, gone in self._gone.items()
            if seconds - gone[0] < GONE_S
        }

    def _doubt(self, seconds: float) -> None:
        """Take trust back from what stays where the rest of it has gone."""
        for track in self.tracks:
            here = track.has_arrived and track.is_here(seconds)
            if not here or track.is_left or track.stays_for(seconds) < STILL_S:
                continue
            pixels = track.thing.pixels
            gone = self._gone.get(track.family, (0.0, 0.0))[1] >= pixels
            gone = gone or any(REST * peak > pixels for _, peak in self._gone.values())
            if not (track.is_part or pixels < REST * track.peak or gone):
                continue
            if not self._is_backed(track, seconds):
                track.begin_again(seconds)

    def _is_backed(self, track: Track, seconds: float) -> bool:
        return any(
            one is not track
            and one.has_arrived
            and not one.is_part
            and one.is_here(seconds)
            and one.still_for(seconds) < STIRS_S
            and one.thing.pixels >= REST * one.peak
            and apart(one.thing, track.thing) < BESIDE
            for one in self.tracks
        )


def _go_on(
    track: Track, thing: Thing, seconds: float, *, stirred: bool, calm: bool
) -> None:
    track.peak = max(track.peak * FADES, thing.pixels)
    track.thing, track.seconds = thing, seconds
    track.go_to(_place(thing), seconds)
    track.seen.append(True)
    track.looks += 1
    if stirred:
        track.stirred_at = seconds
    if not calm and not track.has_arrived:
        track.crowded = True
    if (
        (not track.has_arrived or track.is_part)
        and _is_seen_enough(track)
        and _has_moved(track, stirred=stirred)
    ):
        track.has_arrived, track.is_part, track.is_left = True, False, False


def _is_seen_enough(track: Track) -> bool:
    if track.crowded and track.looks < CROWD_LOOKS:
        return False
    return sum(track.seen) >= SEEN_OF[0]


def _has_moved(track: Track, *, stirred: bool) -> bool:
    (x, y), (left, top) = track.places[-1], track.first
    moved = abs(x - left) + abs(y - top)
    if not stirred:
        return False
    if track.is_part or is_written(track.thing.box):
        return moved >= PART_MOVED
    least = min(max(MOVED_SHARE * track.thing.pixels**0.5, MOVED[0]), MOVED[1])
    grown = track.thing.pixels >= GREW * track.size
    return (moved >= least or grown) and _flies_straight(track.places)


def _pops_up(thing: Thing) -> bool:
    return thing.pixels >= CROWD_PIXELS and not is_at_border(thing.box)


def _flies_straight(places: Sequence[_Place]) -> bool:
    """Say whether a quick thing keeps its way; a slow one may turn as it likes."""
    (x0, y0), (x1, y1), (x2, y2) = list(places)[-3:]
    before, now = abs(x1 - x0) + abs(y1 - y0), abs(x2 - x1) + abs(y2 - y1)
    speed = max(before, now)
    turn = abs(x2 - 2 * x1 + x0) + abs(y2 - 2 * y1 + y0)
    return speed < QUICK or turn <= TURN * speed + 2


def _was_going(track: Track) -> bool:
    (x0, y0), (x1, y1) = track.places[0], track.places[-1]
    moved = abs(x1 - x0) + abs(y1 - y0) >= PART_MOVED
    return track.has_arrived and moved and track.stirred_at == track.seconds


def _place(thing: Thing) -> _Place:
    """Return a thing's place in pixels of a small picture of 16:9, about."""
    return thing.centre[0] * SMALL_WIDTH, thing.centre[1] * SMALL_WIDTH * 9 / 16


def _is_near(track: Track, thing: Thing) -> bool:
    ratio = thing.pixels / track.thing.pixels
    if overlap(track.thing.box, thing.box):
        return ratio > CRUMB
    return 1 / LIKE_SIZE < ratio < LIKE_SIZE and apart(track.thing, thing) < REACH


def _cost(track: Track, thing: Thing) -> float:
    ratio = thing.pixels / track.thing.pixels
    unlike = UNLIKE * max(ratio, 1 / ratio)
    return apart(track.thing, thing) + unlike + (not track.has_arrived) * UNPROVEN
