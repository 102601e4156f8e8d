"""A nuisance storm: rain, snow, insects or leaves set things off, again and again.

Pure: seconds are an argument. It begins when many things come and go at once, or when
what would have been told as motion was a nuisance for a while; it ends when there was
none of it for a minute. While it lasts only what travels like a body is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from edge.sight.picture import Moment
from edge.sight.shape import Box
from edge.sight.thing import Thing
from edge.sight.track import NOTABLE, Track

FLOOD = 8.0  # loose things a look; busy streets have up to 7, rain 10 to 50
FLOOD_SHARE = 2.0  # and so many for each that travels: a square full of people
FLOOD_S = 1.0  # over which that is taken
PRESENT_S = 2.5  # of nuisance within a minute
HELD = 2  # or so many starts that were held within it
QUIET_S = 60.0  # without any of it; then the storm is over
WARY_S = 600.0  # as long is a nuisance suspected: wind and rain come in bouts
NEAR = 0.03  # of the picture; a scrap so near a body belongs to it
SOLID_HITS = 4
LONGEST_LOOK_S = 0.5  # a gap between looks is not all nuisance


@dataclass(frozen=True, slots=True)
class NuisanceStarted:
    """From now on starts are held, but for what travels like a body."""

    moment: Moment
    zone: str | None


@dataclass(frozen=True, slots=True)
class NuisanceEnded:
    """There was no nuisance since `moment`; `held` starts were not told."""

    moment: Moment
    zone: str | None
    seconds: float
    held: int


class Storm:
    """Is there a nuisance before one camera?

    A zone is named if all of it was in one zone of several.
    """

    def __init__(self, zones: int) -> None:
        self._several = zones > 1
        self.flood = 0.0
        self._present: list[tuple[float, float]] = []
        self._held_at: list[float] = []
        self._where: set[str] = set()
        self._began: Moment | None = None
        self._last: Moment | None = None
        self._zone: str | None = None
        self._held = 0
        self._before = 0.0
        self._worst = float("-inf")

    @property
    def is_on(self) -> bool:
        """Is a storm going on?"""
        return self._began is not None

    @property
    def is_suspected(self) -> bool:
        """Was there a nuisance of late?"""
        return self.flood >= FLOOD / 2 or self._before - self._worst < WARY_S

    @property
    def is_flooding(self) -> bool:
        """Do many things come and go right now?"""
        return self.flood >= FLOOD

    def weigh(
        self, things: Sequence[Thing], live: Sequence[Track], seconds: float
    ) -> None:
        """Take into account how many things of a look belong to nothing that lasts."""
        step = min(max(seconds - self._before, 0.0), FLOOD_S)
        self._before = seconds
        loose = 0.0
        if len(things) >= FLOOD:
            bodies = [one for one in live if one.hits >= SOLID_HITS and not one.flits]
            count = _loose(things, bodies)
            loose = count if count >= FLOOD_SHARE * len(bodies) else 0.0
        self.flood += (loose - self.flood) * step / FLOOD_S

    def suffer(self, zone: str, moment: Moment, step: float) -> None:
        """Take note of a nuisance in a zone that would have been told as motion."""
        seconds = moment.seconds
        self._last, self._worst = moment, seconds
        self._where.add(zone)
        self._present.append((seconds, min(step, LONGEST_LOOK_S)))

    def hold(self, zone: str, moment: Moment) -> None:
        """Count a start that is not told."""
        self._held += 1
        self._held_at.append(moment.seconds)
        self._where.add(zone)
        self._last, self._worst = moment, moment.seconds

    def change(self, moment: Moment) -> NuisanceStarted | NuisanceEnded | None:
        """Say whether the storm begins or ends with this look."""
        seconds = moment.seconds
        if self.is_flooding:
            self._last = moment
        if self._last is None:
            return None
        if seconds - self._last.seconds >= QUIET_S:
            return self.close()
        if self._began is None and self._is_enough(seconds):
            self._began = moment
            only = self._several and len(self._where) == 1 and not self.is_flooding
            self._zone = next(iter(self._where)) if only else None
            return NuisanceStarted(moment, self._zone)
        return None

    def close(self) -> NuisanceEnded | None:
        """End the storm if there is one, and forget what led to it."""
        began, last, held = self._began, self._last, self._held
        self._began = self._last = None
        self._held = 0
        self._present.clear()
        self._held_at.clear()
        self._where.clear()
        if began is None or last is None:
            return None
        lasted = max(0.0, last.seconds - began.seconds)
        return NuisanceEnded(last, self._zone, lasted, held)

    def _is_enough(self, seconds: float) -> bool:
        while self._present and seconds - self._present[0][0] > QUIET_S:
            self._present.pop(0)
        self._held_at = [at for at in self._held_at if seconds - at <= QUIET_S]
        return (
            self.is_flooding
            or len(self._held_at) >= HELD
            or sum(step for _, step in self._present) >= PRESENT_S
        )


def _loose(things: Sequence[Thing], bodies: Sequence[Track]) -> int:
    """Count the things that are neither a body nor a scrap beside one."""
    notable = [one for one in things if one.pixels >= NOTABLE]
    return sum(not any(_near(one.box, body.box) for body in bodies) for one in notable)


def _near(one: Box, other: Box) -> bool:
    return (
        one[0] < other[0] + other[2] + NEAR
        and other[0] < one[0] + one[2] + NEAR
        and one[1] < other[1] + other[3] + NEAR
        and other[1] < one[1] + one[3] + NEAR
    )
