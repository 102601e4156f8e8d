"""Holds back what rain, insects, webs and leaves set off; lets bodies through.

Pure: seconds are an argument. It stands between what moves in a zone and what is told:

1. In calm, motion is told as soon as a thing in the zone has gone somewhere, or has
   been there for two seconds without the manner of a nuisance: the benefit of doubt.
2. What flits, trembles, or came with a crowd or in a flood is held, and counted.
3. In a storm, and where it is hot at this hour, only what travels is told.
4. An event lasts while a thing that is no nuisance is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2

from edge.sight.heat import LARGER, Heat
from edge.sight.heading import came_in, went_out
from edge.sight.motion import (
    KEEP,
    LEAST_AREA,
    LEAST_PIXELS,
    QUIET_S,
    Ended,
    Started,
)
from edge.sight.picture import Moment, Pixels, cover
from edge.sight.shape import Polygon
from edge.sight.storm import NuisanceEnded, NuisanceStarted, Storm
from edge.sight.thing import Thing
from edge.sight.track import NOTABLE, Track, Tracker

DOUBT_S = 2.0  # after so long, doubt is for the thing, if it is large
EASE = 0.2  # of a look's size that goes into a visitor's
SHRUNK = 0.12  # times a visitor's size; what is smaller is only where they were
STOOD_HITS = 8  # looks that somebody was followed for
STANDS = 0.5  # of their size
FITTING = 0.35  # in a storm a body must be where it should be ...
FLOOD_HITS = 12  # looks that a small thing must be followed for in a flood
STEADY_HITS = 6  # looks; a large thing that keeps its place and size is no nuisance
STEADY = 0.6
SLOW = 0.1  # ... or stand
LARGE = 8.0  # times the least area
SURE = 4.0  # as in `motion`: times the least area
LONGEST_STEP_S = 0.5  # a gap between looks is not all nuisance
RESTLESS_S = 2.0  # a start so soon after a nuisance belongs to the same one

Told = Started | Ended | NuisanceStarted | NuisanceEnded


@dataclass(slots=True)
class _Gate:
    """What is known and told of one zone."""

    name: str
    cover: Pixels | None  # None: the whole picture
    visible: int
    least: float
    raw: Started | None = None
    since: float = 0.0
    told: Started | None = None
    last: Started | None = None
    first: Track | None = None
    latest: Track | None = None
    proven: bool = False
    size: float = 0.0
    suffered: float = float("-inf")

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


class Sieve:
    """Decides for one camera what of its motion is told; see above."""

    def __init__(
        self,
        zones: Sequence[tuple[str, Polygon]],
        size: tuple[int, int],
        unseen: Pixels | None = None,
        heat: Heat | None = None,
    ) -> None:
        self._gates = {
            name: gate
            for name, shape in zones
            if (gate := _gate(name, shape, size, unseen))
        }
        self._tracker = Tracker(size)
        self._storm = Storm(len(self._gates))
        self._size = size
        self.heat = heat or Heat()
        self._before = 0.0
        self._things: Sequence[Thing] = ()
        self.dropped: list[str] = []

    @property
    def tracks(self) -> list[Track]:
        """The tracks that are alive."""
        return self._tracker.tracks

    @property
    def is_storm(self) -> bool:
        """Is a nuisance going on?"""
        return self._storm.is_on

    def sift(
        self,
        decisions: Sequence[Started | Ended],
        things: Sequence[Thing],
        moment: Moment,
        hour: int | None = None,
    ) -> list[Told]:
        """Take what one look decided and saw; return what is told.

        `dropped` then names the zones whose motion was held: it need not be kept.
        """
        seconds = moment.seconds
        step, self._before = seconds - self._before, seconds
        live = self._tracker.follow(things, seconds)
        self._storm.weigh(things, live, seconds)
        self._feel(live, min(max(step, 0.0), LONGEST_STEP_S), hour)
        self.dropped, self._things = [], things
        told: list[Told] = []
        for decision in decisions:
            self._gates[decision.zone].raw = None
            if isinstance(decision, Started):
                gate = self._gates[decision.zone]
                gate.raw, gate.since = decision, seconds
        for gate in self._gates.values():
            if gate.raw or gate.told or (self._storm.is_on and live):
                told += self._judge(gate, live, moment, step)
        if change := self._storm.change(moment):
            told.append(change)
        return told

    def _feel(self, live: Sequence[Track], step: float, hour: int | None) -> None:
        """Warm the places of what does not travel; judge what may."""
        self.heat.watch(step, hour)
        if not live and not self._tracker.scraps:
            return
        flooding = self._storm.is_flooding
        for track in live:
            if not (track.travelled and track.moved) and not self.heat.bars(
                track, self._size, flooding=flooding
            ):
                track.judge()
        sure = self._storm.is_on
        for track in live:
            if track.trembles or track.flits:
                self.heat.warm(track, step, self._size, sure=sure)
        for track in self._tracker.scraps:
            if not track.travelled and track.pixels >= NOTABLE:
                lasted = max(step, track.seen - track.born)
                self.heat.warm(track, lasted, self._size, sure=sure)

    def going_on(self) -> list[Started]:
        """Give the last sighting of each event that is told and has not ended."""
        return [gate.last for gate in self._gates.values() if gate.told and gate.last]

    def close(self) -> list[Told]:
        """End what is going on: the film is over."""
        ended: list[Told] = [_end(one) for one in self._gates.values() if one.told]
        storm = self._storm.close()
        return [*ended, storm] if storm else ended

    def _judge(
        self, gate: _Gate, live: Sequence[Track], moment: Moment, step: float
    ) -> list[Told]:
        here = [one for one in live if gate.inside(one) >= KEEP * gate.least]
        fine = [one for one in here if self._counts(gate, one)]
        lasting = [
            one
            for one in fine
            if (one.moved or one is gate.first) and one.pixels >= SHRUNK * gate.size
        ]
        if gate.told and lasting:
            gate.proven = gate.proven or any(one.moved for one in lasting)
            self._see(gate, max(lasting, key=lambda one: one.pixels), moment)
        elif gate.told:
            self._stand(gate, moment)
        if gate.told:
            return self._go_on(gate, moment)
        body = max(fine, key=lambda one: one.pixels, default=None)
        if body and self._may_start(gate, fine, moment.seconds):
            return [self._tell(gate, body, moment)]
        if gate.raw and here:
            self._suffer(gate, moment, step)
        return []

    def _counts(self, gate: _Gate, track: Track) -> bool:
        """Can a track be a visitor, as things are now?"""
        if track.flits or track.trembles or track.hits < 2:  # noqa: PLR2004 - a pair
            return False
        if self._storm.is_on or self._storm.is_flooding:
            return self._is_body(gate, track)
        return track.moved or not track.crowd

    def _is_body(self, gate: _Gate, track: Track) -> bool:
        """Say whether a track is a visitor although there is a nuisance."""
        large = track.pixels >= LARGE * gate.least
        if self._storm.is_flooding and not (large or track.hits >= FLOOD_HITS):
            return False
        if track.travelled and (
            track.fit >= FITTING or track.pace < SLOW or track.runs_straight
        ):
            return True
        if not (self._storm.is_flooding or self.heat.bars(track, self._size)):
            return track.moved and large
        high, wide = self._size
        usual = self.heat.usual(track.x / wide, track.y / high)
        steady = track.hits >= STEADY_HITS and track.fit >= STEADY
        return steady and large and track.pixels >= LARGER * usual

    def _may_start(self, gate: _Gate, fine: Sequence[Track], seconds: float) -> bool:
        large = [one for one in fine if gate.inside(one) >= gate.least]
        if self._storm.is_on:
            return bool(large)
        if gate.raw is None:
            return False
        huge = [one for one in large if gate.inside(one) >= LARGE * gate.least]
        if not self._storm.is_suspected:
            return bool(huge) or any(one.moved for one in large)
        if any(one.moved for one in huge) or any(one.travelled for one in large):
            return True
        return bool(huge) and seconds - gate.since >= DOUBT_S

    def _tell(self, gate: _Gate, body: Track, moment: Moment) -> Started:
        gate.first = body
        self._see(gate, body, moment)
        gate.told = gate.last
        if gate.last is None:
            raise AssertionError
        return gate.last

    def _see(self, gate: _Gate, body: Track, moment: Moment) -> None:
        """Remember where the visitor is."""
        pixels = gate.inside(body)
        score = min(1.0, pixels / gate.least / SURE)
        gate.latest = body
        gate.size += (pixels - gate.size) * (EASE if gate.size else 1)
        gate.last = Started(gate.name, moment, body.box, pixels / gate.visible, score)

    def _stand(self, gate: _Gate, moment: Moment) -> None:
        """Somebody who came and stands still may be covered by drops or threads.

        What fills the place where they were as well as they did is taken for them.
        """
        last, body = gate.last, gate.latest
        if self._storm.is_flooding or last is None or body is None:
            return
        if not body.travelled or body.hits < STOOD_HITS:
            return
        left, top, width, height = last.box
        there = sum(
            one.pixels
            for one in self._things
            if left <= one.centre[0] <= left + width
            and top <= one.centre[1] <= top + height
        )
        if there >= STANDS * gate.size:
            gate.last = replace(last, moment=moment)

    def _go_on(self, gate: _Gate, moment: Moment) -> list[Told]:
        """An event ends when nothing that is a visitor was seen for a while."""
        last = gate.last
        if last is None or moment.seconds - last.moment.seconds < QUIET_S:
            return []
        self.dropped.append(gate.name)
        gate.raw = None
        if not gate.proven:
            self._storm.hold(gate.name, last.moment)
        return [_end(gate)]

    def _suffer(self, gate: _Gate, moment: Moment, step: float) -> None:
        """Hold what a nuisance set off."""
        seconds = moment.seconds
        if seconds - gate.since < DOUBT_S and not self._storm.is_on:
            return
        if seconds - gate.suffered > RESTLESS_S:
            self._storm.hold(gate.name, moment)
        gate.suffered = seconds
        self._storm.suffer(gate.name, moment, step)
        self.dropped.append(gate.name)
        gate.raw = None


def _end(gate: _Gate) -> Ended:
    began, last, first, latest = gate.told, gate.last, gate.first, gate.latest
    gate.told = gate.last = gate.first = gate.latest = None
    gate.proven, gate.size = False, 0.0
    if began is None or last is None:
        raise AssertionError
    return Ended(
        gate.name,
        last.moment,
        last.moment.seconds - began.moment.seconds,
        last.box,
        last.area,
        last.score,
        came_in(first.first, first.early) if first else None,
        went_out(latest.box, (latest.vx, latest.vy)) if latest else None,
    )


def _gate(
    name: str, shape: Polygon, size: tuple[int, int], unseen: Pixels | None
) -> _Gate | None:
    """Draw a zone; None if masks hide all of it."""
    plane = cover(shape, *size)
    if unseen is not None:
        plane[unseen > 0] = 0
    visible = cv2.countNonZero(plane)
    if not visible:
        return None
    whole = visible == plane.size
    least = max(LEAST_PIXELS, LEAST_AREA * visible)
    return _Gate(name, None if whole else plane, visible, least)
