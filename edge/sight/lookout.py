"""Motion, and what is told of it: the detector, its sieve, the lens, and a shadow.

Pure: moments and hours are arguments.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from edge.sight.heat import Heat
from edge.sight.lens import Lens
from edge.sight.motion import Changed, Motion, Started
from edge.sight.picture import Moment, Pixels
from edge.sight.shadow import Proposal, Shadow
from edge.sight.shape import Polygon
from edge.sight.sieve import Sieve, Told
from sites.sight import Preset


@dataclass(frozen=True, slots=True)
class Dirty:
    """The lens should be cleaned."""

    moment: Moment


@dataclass(frozen=True, slots=True)
class Proposed:
    """Another preset does better."""

    moment: Moment
    proposal: Proposal


Seen: TypeAlias = Told | Dirty | Proposed


@dataclass(frozen=True, slots=True)
class Manner:
    """How a camera is to be watched; `shadow` tries the other presets beside it."""

    preset: Preset = "normal"
    shadow: bool = False


class Lookout:
    """Watches the zones of one camera; `heat` and `lens` outlive it."""

    def __init__(
        self,
        zones: Sequence[tuple[str, Polygon]],
        size: tuple[int, int],
        unseen: Pixels | None,
        manner: Manner,
        heat: Heat,
        lens: Lens,
    ) -> None:
        self._motion = Motion(zones, size, unseen, manner.preset)
        self._sieve = Sieve(zones, size, unseen, manner.preset, heat)
        self._lens = lens
        self._shadow = (
            Shadow(zones, size, unseen, manner.preset) if manner.shadow else None
        )

    def look(
        self,
        small: Pixels,
        moment: Moment,
        chroma: Callable[[], float] | None = None,
        hour: int | None = None,
        *,
        doubtful: bool = False,
    ) -> list[Seen]:
        """Look at the next small picture."""
        moving = self._motion.look(small, moment, chroma, doubtful=doubtful)
        seen: list[Seen] = [one for one in moving if isinstance(one, Changed)]
        going_on, things = self._motion.going_on(), self._motion.things
        seen += self._sieve.sift(going_on, things, moment, hour, doubtful=doubtful)
        for zone in self._sieve.dropped:
            self._motion.drop(zone)
        here = [one for one in self._sieve.tracks if one.seen == moment.seconds]
        if self._lens.look(small, here, moment.seconds):
            seen.append(Dirty(moment))
        if self._shadow:
            proposal = self._shadow.look(small, moment, self._sieve.tally)
            if proposal:
                seen.append(Proposed(moment, proposal))
        return seen

    def going_on(self) -> list[Started]:
        """Give the last sighting of each event that has not ended."""
        return self._sieve.going_on()

    def close(self) -> list[Told]:
        """End what is going on."""
        return self._sieve.close()
