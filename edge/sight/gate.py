"""What is told of one zone, and by whom it is held open. Pure: moments are given."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2

from edge.sight.cover import cover
from edge.sight.heading import came_in, went_out
from edge.sight.picture import Moment, Pixels
from edge.sight.shape import Polygon
from edge.sight.thing import Thing
from edge.sight.track import Track
from edge.sight.zone import KEEP, LEAST_PIXELS, QUIET_S, SURE, Ended, Started

EASE = 0.2  # of a look's size that goes into a visitor's
SHRUNK = 0.12  # times a visitor's size; what is smaller is only where they were
STOOD_HITS = 8  # looks that somebody was followed for
STANDS = 0.5  # of their size


@dataclass(slots=True)
class Visit:
    """An event that is told: how it began, where it was seen last, and by whom.

    Attributes:
        until: when it ends, if nothing comes any more.
        first, latest: the tracks that it began with and goes on with.
        size: usual pixels of the visitor.
        proven: somebody in it has gone somewhere.
    """

    began: Started
    last: Started
    until: Moment
    first: Track | None
    latest: Track | None
    size: float = 0.0
    proven: bool = False

    def end(self) -> Ended:
        """Say how it ended."""
        last, first, latest = self.last, self.first, self.latest
        return Ended(
            last.zone,
            self.until,
            self.until.seconds - self.began.moment.seconds,
            last.box,
            last.area,
            last.score,
            came_in(first.first, first.early) if first else None,
            went_out(latest.box, (latest.vx, latest.vy)) if latest else None,
        )


@dataclass(slots=True)
class Gate:
    """One zone of a camera.

    Attributes:
        cover: 255 where it can be seen; None for the whole picture.
        least: pixels of the smallest thing that starts an event.
        raw: the motion that goes on there, told or held; since when.
        is_past: what is seen there may be a picture of the past.
        suffered: when a nuisance was last held here.
    """

    name: str
    cover: Pixels | None
    visible: int
    least: float
    raw: Started | None = None
    since: float = 0.0
    is_past: bool = False
    suffered: float = float("-inf")
    visit: Visit | None = field(default=None)

    def take(
        self, raw: Started | None, seconds: float, *, doubtful: bool = False
    ) -> None:
        """Take note of the motion that goes on here."""
        if raw and self.raw is None:
            self.since = seconds
        self.raw = raw
        self.is_past = doubtful

    def here(self, live: Sequence[Track]) -> list[Track]:
        """Give the tracks that are large enough in this zone to hold an event open."""
        return [one for one in live if self.inside(one) >= KEEP * self.least]

    def inside(self, track: Track) -> float:
        """Give the pixels of a track that lie in the zone, by its box."""
        if self.cover is None:
            return track.pixels
        high, wide = self.cover.shape
        left, top, width, height = track.box
        x, y = round(left * wide), round(top * high)
        part = self.cover[
            y : y + max(1, round(height * high)), x : x + max(1, round(width * wide))
        ]
        return track.pixels * cv2.countNonZero(part) / part.size if part.size else 0.0

    def tell(self, body: Track | None, moment: Moment) -> Started:
        """Begin an event with a body, or else with the motion that goes on."""
        if body:
            seen = self._sighting(body, moment)
            self.visit = Visit(seen, seen, moment, body, body, self.inside(body))
        elif self.raw:
            seen = self.raw
            self.visit = Visit(seen, seen, seen.moment, None, None)
        else:
            raise ValueError(self.name)
        return seen

    def see(self, fine: Sequence[Track], moment: Moment) -> bool:
        """Go on with an event, if one of these can be who it is about."""
        visit = self.visit
        if visit is None:
            return False
        lasting = [
            one
            for one in fine
            if (one.moved or one is visit.first) and one.pixels >= SHRUNK * visit.size
        ]
        if not lasting:
            return False
        body = max(lasting, key=lambda one: one.pixels)
        visit.proven = visit.proven or any(one.moved for one in lasting)
        visit.latest, visit.first = body, visit.first or body
        visit.size += (body.pixels - visit.size) * (EASE if visit.size else 1)
        self.go_on(self._sighting(body, moment))
        return True

    def go_on(self, seen: Started) -> None:
        """Take the last sighting of what the event is about."""
        if self.visit:
            self.visit.last = seen
            if not self.is_past:
                self.visit.until = seen.moment

    def stand(self, things: Sequence[Thing], moment: Moment) -> None:
        """Somebody who came and stands still may be covered by drops or threads.

        What fills the place where they were as well as they did is taken for them.
        """
        visit = self.visit
        if visit is None or visit.latest is None:
            return
        if not visit.latest.travelled or visit.latest.hits < STOOD_HITS:
            return
        left, top, width, height = visit.last.box
        there = sum(
            one.pixels
            for one in things
            if left <= one.centre[0] <= left + width
            and top <= one.centre[1] <= top + height
        )
        if there >= STANDS * visit.size:
            self.go_on(replace(visit.last, moment=moment))

    def is_quiet(self, moment: Moment) -> bool:
        """Say whether the event was without a visitor for so long that it is over."""
        visit = self.visit
        return (
            visit is not None and moment.seconds - visit.last.moment.seconds >= QUIET_S
        )

    def close(self) -> Ended | None:
        """End the event that is told, if one is."""
        visit, self.visit = self.visit, None
        return visit.end() if visit else None

    def _sighting(self, body: Track, moment: Moment) -> Started:
        pixels = self.inside(body)
        score = min(1.0, pixels / self.least / SURE)
        if self.raw:
            score = self.raw.score
        return Started(self.name, moment, body.box, pixels / self.visible, score)


def gate_of(
    name: str,
    shape: Polygon,
    size: tuple[int, int],
    unseen: Pixels | None,
    least_area: float,
) -> Gate | None:
    """Draw a zone; None if masks hide all of it. `least_area` is a share of it."""
    plane = cover(shape, *size)
    if unseen is not None:
        plane[unseen > 0] = 0
    visible = cv2.countNonZero(plane)
    if not visible:
        return None
    least = max(LEAST_PIXELS, least_area * visible)
    return Gate(name, None if visible == plane.size else plane, visible, least)
