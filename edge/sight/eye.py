"""From stills to decisions: masks on, then motion and the scene guard.

Pure: seconds are an argument.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from edge.errors import Loss
from edge.sight.guard import Guard, Verdict
from edge.sight.heat import Heat
from edge.sight.lens import Lens
from edge.sight.lookout import Lookout, Manner, Seen
from edge.sight.memory import Memory
from edge.sight.motion import Started
from edge.sight.picture import Masked, Masking, Still, small_size
from edge.sight.scenery import WARM_UP_S
from edge.sight.shape import Polygon

HIDING = frozenset({Loss.COVERED, Loss.TURNED, Loss.BLACK})  # no motion is the scene's
MUTE_S = 3.0  # after a scene is back: what was learned of it is old


@dataclass(frozen=True, slots=True)
class Glance:
    """One still with its masks on, and what was decided on it.

    `verdict` is there when the camera's trouble changes.
    """

    picture: Masked
    decisions: list[Seen]
    verdict: Verdict | None


class Eye:
    """Looks through one camera; begins anew when the size of its pictures changes.

    `loops` says that the film begins again at its end, which is then no trouble.
    `memory` is what was kept of the scene before a restart, `heat` of its nuisances;
    `manner` says how to watch.
    """

    def __init__(
        self,
        zones: Sequence[tuple[str, Polygon]],
        masks: Sequence[Polygon],
        *,
        loops: bool = False,
        memory: Memory | None = None,
        manner: Manner | None = None,
        heat: Heat | None = None,
    ) -> None:
        self._zones, self._masks, self._loops = zones, masks, loops
        self._memory = memory
        self._manner, self._heat = manner or Manner(), heat or Heat()
        self._lens = Lens()
        self._masking: Masking | None = None
        self._lookout: Lookout | None = None
        self._guard: Guard | None = None
        self._mute_until = 0.0

    def see(self, still: Still, hour: int | None = None) -> Glance:
        """Look at the next still; `hour` is the site's hour of the day, if known."""
        seconds = still.moment.seconds
        ended: list[Seen] = []
        known: Verdict | None = None
        if self._masking is None or not self._masking.fits(still):
            ended = self.close()
            if self._guard and self._guard.trouble:
                known = Verdict(None, seconds)
            height, width = still.luma.shape
            self._masking = Masking(self._masks, height, width)
            self._lookout = self._new_lookout()
            small = small_size(height, width)
            unseen = self._masking.unseen()
            if self._guard:
                self._memory = None  # a picture of another size is another camera's
            self._guard = Guard(small, unseen, loops=self._loops, memory=self._memory)
            self._mute_until = seconds
        picture = self._masking.hide(still)
        verdict = self._guard.look(picture, seconds) if self._guard else None
        if verdict and verdict.trouble in HIDING:
            ended += self.close()
            self._lookout = None
        elif verdict and verdict.trouble is None and self._lookout is None:
            self._mute_until = seconds + MUTE_S - WARM_UP_S
        hidden = self._guard is not None and self._guard.trouble in HIDING
        if self._lookout is None and not hidden and seconds >= self._mute_until:
            self._lookout = self._new_lookout()
        if self._lookout:
            ended += self._lookout.look(
                picture.small,
                still.moment,
                picture.chroma,
                hour,
                doubtful=still.doubtful,
            )
        return Glance(picture, ended, known or verdict)

    def _new_lookout(self) -> Lookout | None:
        """Begin to know the scene anew."""
        if self._masking is None:
            return None
        size = small_size(self._masking.height, self._masking.width)
        unseen = self._masking.unseen()
        return Lookout(self._zones, size, unseen, self._manner, self._heat, self._lens)

    @property
    def trouble(self) -> Loss | None:
        """What is wrong with the picture, as it was told; None if nothing."""
        return self._guard.trouble if self._guard else None

    def remember(self) -> Memory | None:
        """Give what is to be kept of the scene over a restart."""
        return self._guard.remember() if self._guard else None

    def going_on(self) -> list[Started]:
        """Give the last sighting of each event that has not ended."""
        return self._lookout.going_on() if self._lookout else []

    def close(self) -> list[Seen]:
        """End what is going on: the film is over."""
        return list(self._lookout.close()) if self._lookout else []
