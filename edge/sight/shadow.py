"""Tries another sensitivity beside the one in use, and proposes it if it does better.

Pure: seconds are an argument. A second detector runs on the same pictures, an hour with
each of the other presets in turn; both count what they told, and how much of it was
proven: somebody in it had gone somewhere. A person decides. It costs a second detector
(0.5 ms a look): so the plan has to ask for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from edge.sight.motion import Motion
from edge.sight.picture import Moment, Pixels
from edge.sight.shape import Polygon
from edge.sight.sieve import Sieve, Tally
from sites.sight import Preset

TURN_S = 3600.0
ENOUGH_HOURS = 24  # of the same preset, before anything is proposed
LONGEST_STEP_S = 1.0
ORDER: tuple[Preset, ...] = ("low", "normal", "high")
FEWER = 0.5  # times the nuisance: clearly better
NUISANCE = 10  # things held or told for nothing; fewer are no trouble
SAME = 0.95  # of the proven visits: a lower preset misses none
MORE = 3  # proven visits that only the higher preset saw
AS_QUIET = 1.2  # times the nuisance, and two, that a higher preset may cost


@dataclass(frozen=True, slots=True)
class Proposal:
    """In `hours`, `now` visits were told; `preset` would have told `then`."""

    preset: Preset
    now: int
    then: int
    hours: int


@dataclass(slots=True)
class _Trial:
    seconds: float = 0.0
    now: Tally = field(default_factory=Tally)
    then: Tally = field(default_factory=Tally)


class Shadow:
    """Runs the other presets of one camera in turn."""

    def __init__(
        self,
        zones: Sequence[tuple[str, Polygon]],
        size: tuple[int, int],
        unseen: Pixels | None,
        preset: Preset,
    ) -> None:
        self._zones, self._size, self._unseen = zones, size, unseen
        place = ORDER.index(preset)
        self._others: list[Preset] = [
            ORDER[at] for at in (place - 1, place + 1) if 0 <= at < len(ORDER)
        ]
        self._preset = preset
        self._trials = {other: _Trial() for other in self._others}
        self._turn = -1
        self._until = float("-inf")
        self._before: float | None = None
        self._told: set[Preset] = set()
        self._last = Tally()
        self._motion: Motion | None = None
        self._sieve: Sieve | None = None

    def look(self, small: Pixels, moment: Moment, actual: Tally) -> Proposal | None:
        """Look at what the detector in use has looked at; `actual` is its tally."""
        seconds = moment.seconds
        if seconds >= self._until:
            proposal = self._next(actual, seconds)
            if proposal:
                return proposal
        if self._motion is None or self._sieve is None:
            return None
        trial = self._trials[self._others[self._turn]]
        step = seconds - (seconds if self._before is None else self._before)
        trial.seconds += min(max(step, 0.0), LONGEST_STEP_S)
        self._before = seconds
        self._motion.look(small, moment)
        self._sieve.sift(self._motion.going_on(), self._motion.things, moment)
        for zone in self._sieve.dropped:
            self._motion.drop(zone)
        return None

    def _next(self, actual: Tally, seconds: float) -> Proposal | None:
        """Take the next preset's turn; what the last one counted is judged."""
        before = self._others[self._turn]
        self._count(actual)
        self._turn = (self._turn + 1) % len(self._others)
        self._until = seconds + TURN_S
        self._last = actual
        preset = self._others[self._turn]
        self._motion = Motion(self._zones, self._size, self._unseen, preset)
        self._sieve = Sieve(self._zones, self._size, self._unseen, preset)
        return self._judge(before)

    def _count(self, actual: Tally) -> None:
        if self._sieve is None:
            return
        trial = self._trials[self._others[self._turn]]
        trial.now += actual - self._last
        trial.then += self._sieve.tally

    def _judge(self, other: Preset) -> Proposal | None:
        trial = self._trials[other]
        hours = int(trial.seconds / TURN_S)
        if hours < ENOUGH_HOURS or other in self._told:
            return None
        lower = ORDER.index(other) < ORDER.index(self._preset)
        better = is_quieter if lower else sees_more
        if not better(trial.now, trial.then):
            return None
        self._told.add(other)
        return Proposal(other, trial.now.started, trial.then.started, hours)


def is_quieter(now: Tally, then: Tally) -> bool:
    """Say whether a lower preset has clearly less nuisance, and misses nobody."""
    return (
        now.nuisance >= NUISANCE
        and then.nuisance <= FEWER * now.nuisance
        and then.proven >= SAME * now.proven
    )


def sees_more(now: Tally, then: Tally) -> bool:
    """Say whether a higher preset sees visitors that are missed, and is as quiet."""
    return (
        then.proven >= now.proven + MORE
        and then.nuisance <= AS_QUIET * now.nuisance + 2
    )
