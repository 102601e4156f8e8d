"""What a camera's process learns of a place over days, and keeps over a restart.

Where nuisance is at home by the hour, and who came by: two small files in the camera's
own folder, without any picture. What cannot be read is forgotten. At a home nothing is
kept of who came by: whoever steals the kit would read in it when a household is out.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from edge.camera.sighting import (
    CameraPlan,
    LensDirty,
    MotionEnded,
    NuisanceEnded,
    NuisanceStarted,
    PresetProposed,
    Sighting,
    VisitLingered,
    VisitsRepeated,
)
from edge.clip.stray import read_small
from edge.disk import replace_file
from edge.sight.heat import Heat
from edge.sight.lookout import Dirty, Proposed, Seen
from edge.sight.motion import Ended, Started
from edge.sight.storm import NuisanceEnded as NuisanceEnds
from edge.sight.storm import NuisanceStarted as NuisanceStarts
from edge.sight.visits import LARGEST_STATE, Visits

HEAT, VISITS = "nuisance.json", "visits.json"
KEEP_S = 300.0  # between two writings

Made = TypeVar("Made")


class Habits:
    """The habits of the place that one camera looks at."""

    def __init__(self, plan: CameraPlan) -> None:
        self._folder = Path(plan.memory) if plan.memory else None
        self._zone = ZoneInfo(plan.time_zone) if plan.time_zone else None
        self._home = plan.home
        if self._folder and plan.home:
            with suppress(OSError):
                (self._folder / VISITS).unlink(missing_ok=True)
        self.heat = _made(Heat, self._read(HEAT))
        self.visits = _made(partial(Visits, plan.linger), self._read(VISITS))
        self._written: float | None = None

    def hour(self, at: float) -> int | None:
        """Return the site's hour of the day at `at` seconds since 1970, if known."""
        return datetime.fromtimestamp(at, self._zone).hour if self._zone else None

    def notice(self, seen: Seen, at: float) -> Iterator[Sighting]:
        """Take note of what was seen at `at`, and give what is told besides."""
        match seen:
            case Started():
                self.visits.begin(seen, at)
            case Ended():
                repeated = self.visits.end(seen, at, self.hour(at))
                if repeated:
                    yield VisitsRepeated(at, repeated.zone, repeated.visits)
            case _:
                pass

    def linger(self, at: float) -> Iterator[Sighting]:
        """Give the visits that have just become long."""
        self.visits.watch(at)
        for one in self.visits.linger(at):
            yield VisitLingered(at, one.zone, one.seconds)

    def keep(self, at: float) -> None:
        """Write down what is known, now and then; a full disk must not blind us."""
        if self._written is None:
            self._written = at
        if self._folder is None or at - self._written < KEEP_S:
            return
        self._written = at
        self.write()

    def write(self) -> None:
        """Write down what is known."""
        if self._folder is None:
            return
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_file(self._folder / HEAT, self.heat.state())
            if not self._home:
                replace_file(self._folder / VISITS, self.visits.state())

    def _read(self, name: str) -> bytes | None:
        if self._folder is None:
            return None
        try:
            return read_small(self._folder / name, LARGEST_STATE)
        except OSError:
            return None


def _made(make: Callable[[bytes | None], Made], state: bytes | None) -> Made:
    """Make what remembers; without its memory where that makes no sense."""
    try:
        return make(state)
    except (RecursionError, ValueError, ArithmeticError):
        return make(None)


def sighting_of_seen(
    seen: Ended | NuisanceStarts | NuisanceEnds | Dirty | Proposed, at: float
) -> Sighting:
    """Put what was seen as it is told."""
    match seen:
        case NuisanceStarts(zone=zone):
            return NuisanceStarted(at, zone)
        case NuisanceEnds(zone=zone, seconds=seconds, held=held):
            return NuisanceEnded(at, zone, seconds, held)
        case Ended(zone=zone, seconds=seconds, entered=entered, left=left):
            return MotionEnded(at, zone, seconds, entered, left)
        case Dirty():
            return LensDirty(at)
        case Proposed(proposal=one):
            return PresetProposed(at, one.preset, one.now, one.then, one.hours)
