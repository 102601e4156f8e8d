"""Holds back what rain, insects, webs and leaves set off; lets bodies through.

Pure: seconds are an argument. It stands between what moves in a zone and what is told:

1. In calm, what moves is told, and goes on as it does, unless all that is left of it
   flits or trembles: such an event ends, and a nuisance is suspected.
2. Where one is suspected, a thing must have gone somewhere, or be large and there for
   two seconds: the benefit of doubt. The rest is held, and counted.
3. In a storm, and where it is hot at this hour, only what travels is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from edge.sight.gate import Gate, gate_of
from edge.sight.heat import LARGER, Heat
from edge.sight.picture import Moment, Pixels
from edge.sight.sensitivity import PRESETS
from edge.sight.shape import Polygon
from edge.sight.storm import NuisanceEnded, NuisanceStarted, Storm
from edge.sight.thing import Thing
from edge.sight.track import NOTABLE, Track, Tracker
from edge.sight.zone import Changed, Ended, Started
from sites.sight import Preset

DOUBT_S = 2.0  # after so long, doubt is for the thing, if it is large
ABOUT = 0.4  # of a visitor's size: who is not followed well at present
FITTING = 0.35  # in a storm a body must be where it should be ...
SLOW = 0.1  # ... or stand
LARGE = 8.0  # times the least area
FLOOD_HITS = 12  # looks that a small thing must be followed for in a flood
STEADY_HITS = 6  # looks; a large thing that keeps its place and size is no nuisance
STEADY = 0.6
LONGEST_STEP_S = 0.5  # a gap between looks is not all nuisance
RESTLESS_S = 2.0  # a start so soon after a nuisance belongs to the same one

Told: TypeAlias = Started | Ended | Changed | NuisanceStarted | NuisanceEnded


@dataclass(frozen=True, slots=True)
class Tally:
    """How many visits were told, proven (somebody went somewhere), and held."""

    started: int = 0
    proven: int = 0
    held: int = 0

    @property
    def nuisance(self) -> int:
        """What was held, or told for nothing."""
        return self.held + self.started - self.proven

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.started + other.started,
            self.proven + other.proven,
            self.held + other.held,
        )

    def __sub__(self, other: "Tally") -> "Tally":
        return Tally(
            self.started - other.started,
            self.proven - other.proven,
            self.held - other.held,
        )


class Sieve:
    """Decides for one camera what of its motion is told; see above.

    Attributes:
        heat: where nuisance is at home.
        tally: what was told and held so far.
        dropped: the zones whose motion was held in the last look: nobody needs it.
    """

    def __init__(
        self,
        zones: Sequence[tuple[str, Polygon]],
        size: tuple[int, int],
        unseen: Pixels | None = None,
        preset: Preset = "normal",
        heat: Heat | None = None,
    ) -> None:
        least = PRESETS[preset].least_area
        self._gates = [
            gate
            for name, shape in zones
            if (gate := gate_of(name, shape, size, unseen, least))
        ]
        self._size = size
        self._tracker = Tracker(size)
        self._storm = Storm(len(self._gates))
        self._before = 0.0
        self.heat = heat or Heat()
        self.tally = Tally()
        self.dropped: list[str] = []

    @property
    def tracks(self) -> list[Track]:
        """The tracks that are alive."""
        return self._tracker.tracks

    def sift(
        self,
        going_on: Sequence[Started],
        things: Sequence[Thing],
        moment: Moment,
        hour: int | None = None,
        *,
        doubtful: bool = False,
    ) -> list[Told]:
        """Take what goes on in one look, and what was seen; return what is told.

        `hour` is the site's hour of the day, if known. In doubt nothing moves the end
        of what is told that does not move the motion's own.
        """
        seconds = moment.seconds
        step = min(max(seconds - self._before, 0.0), LONGEST_STEP_S)
        self._before = seconds
        self.dropped = []
        live = self._tracker.follow(things, seconds)
        self._storm.weigh(things, live, seconds)
        self._feel(live, step, hour)
        raw: Mapping[str, Started] = {one.zone: one for one in going_on}
        told: list[Told] = []
        for gate in self._gates:
            if gate.raw and not gate.visit and gate.name not in raw:
                self._hold(gate, moment)
            gate.take(raw.get(gate.name), seconds, doubtful=doubtful)
            if gate.raw or gate.visit or (self._storm.is_on and live):
                proven = gate.visit is not None and gate.visit.proven
                one = self._judge(gate, live, things, moment, step)
                if one:
                    told.append(one)
                    self._reckon(one, proven=proven)
        change = self._storm.change(moment)
        return [*told, change] if change else told

    def _reckon(self, one: Told, *, proven: bool) -> None:
        """Count what is told."""
        began, over = isinstance(one, Started), isinstance(one, Ended)
        self.tally += Tally(int(began), int(over and proven))

    def going_on(self) -> list[Started]:
        """Give the last sighting of each event that is told and has not ended."""
        return [gate.visit.last for gate in self._gates if gate.visit]

    def close(self) -> list[Told]:
        """End what is going on: the film is over."""
        told: list[Told] = [end for gate in self._gates if (end := gate.close())]
        storm = self._storm.close()
        return [*told, storm] if storm else told

    def _feel(self, live: Sequence[Track], step: float, hour: int | None) -> None:
        """Warm the places of what does not travel; judge what may."""
        self.heat.watch(step, hour)
        if not live and not self._tracker.scraps:
            return
        flooding, sure = self._storm.is_flooding, self._storm.is_on
        for track in live:
            known = track.travelled and track.moved
            if not known and not self.heat.bars(track, self._size, flooding=flooding):
                track.judge()
            if track.trembles or track.flits:
                self.heat.warm(track, step, self._size, sure=sure)
        for track in self._tracker.scraps:
            if not track.travelled and track.pixels >= NOTABLE:
                lasted = max(step, track.seen - track.born)
                self.heat.warm(track, lasted, self._size, sure=sure)

    def _judge(
        self,
        gate: Gate,
        live: Sequence[Track],
        things: Sequence[Thing],
        moment: Moment,
        step: float,
    ) -> Told | None:
        here = gate.here(live)
        fine = [one for one in here if self._counts(gate, one)]
        if gate.visit:
            if not gate.see(fine, moment):
                self._doubt(gate, here, things, moment)
            return self._go_on(gate, moment)
        if self._may_start(gate, fine, moment.seconds):
            body = max(fine, key=lambda one: one.pixels, default=None)
            return gate.tell(body, moment)
        if gate.raw and here:
            self._suffer(gate, moment, step)
        return None

    def _doubt(
        self,
        gate: Gate,
        here: Sequence[Track],
        things: Sequence[Thing],
        moment: Moment,
    ) -> None:
        """Keep an event open for somebody who is not followed well at present."""
        if gate.visit is None or self._storm.is_flooding:
            return
        unsure = [
            one
            for one in here
            if not (one.flits or one.trembles) and one.pixels >= ABOUT * gate.visit.size
        ]
        if gate.raw and unsure and not self._storm.is_on:
            # the motion may be the older of the two: a visit never ends before it began
            seen = (gate.visit.last, gate.raw)
            gate.go_on(max(seen, key=lambda one: one.moment.seconds))
        else:
            gate.stand(things, moment)

    def _go_on(self, gate: Gate, moment: Moment) -> Ended | None:
        """End an event with its motion in calm, or after a quiet time."""
        calm = not (self._storm.is_on or self._storm.is_flooding)
        over = calm and gate.raw is None
        if gate.visit is None or not (over or gate.is_quiet(moment)):
            return None
        if not over:
            self.dropped.append(gate.name)
        nobody = not gate.visit.proven and (not over or gate.visit.size == 0)
        if nobody:
            self._storm.hold(gate.name, moment)
        gate.raw = None
        return gate.close()

    def _counts(self, gate: Gate, track: Track) -> bool:
        """Can a track be a visitor, as things are now?"""
        if track.flits or track.trembles or track.hits < 2:  # noqa: PLR2004 - a pair
            return False
        if self._storm.is_on or self._storm.is_flooding:
            return self._is_body(gate, track)
        return track.moved or not track.crowd

    def _is_body(self, gate: Gate, track: Track) -> bool:
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

    def _may_start(self, gate: Gate, fine: Sequence[Track], seconds: float) -> bool:
        large = [one for one in fine if gate.inside(one) >= gate.least]
        if self._storm.is_on:
            return bool(large)
        if gate.raw is None or self._storm.is_flooding:
            return False
        left, top, width, height = gate.raw.box
        hot = self.heat.is_hot(left + width / 2, top + height / 2)
        huge = [one for one in large if gate.inside(one) >= LARGE * gate.least]
        if not (hot or self._storm.is_suspected):
            known = bool(huge) or any(one.moved for one in large)
            return known or seconds - gate.since >= DOUBT_S
        if any(one.moved for one in huge) or any(one.travelled for one in large):
            return True
        return bool(huge) and seconds - gate.since >= DOUBT_S

    def _suffer(self, gate: Gate, moment: Moment, step: float) -> None:
        """Hold what a nuisance set off."""
        seconds = moment.seconds
        if seconds - gate.since < DOUBT_S and not self._storm.is_on:
            return
        self._hold(gate, moment)
        self._storm.suffer(gate.name, moment, step)
        self.dropped.append(gate.name)

    def _hold(self, gate: Gate, moment: Moment) -> None:
        """Count a start that is not told, unless it belongs to the last one."""
        if moment.seconds - gate.suffered > RESTLESS_S:
            self._storm.hold(gate.name, moment)
            self.tally += Tally(held=1)
        gate.suffered = moment.seconds
