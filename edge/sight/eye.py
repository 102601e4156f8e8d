"""From stills to decisions: masks on, then motion and the scene guard.

Pure: seconds are an argument.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from edge.sight.guard import Guard, Verdict
from edge.sight.motion import Motion, Started
from edge.sight.picture import MIDDLE_WIDTH, Masked, Masking, Still, small_size
from edge.sight.shape import Polygon
from edge.sight.sieve import Sieve, Told


@dataclass(frozen=True, slots=True)
class Glance:
    """One still with its masks on, and what was decided on it.

    `verdict` is there when the camera's trouble changes.
    """

    picture: Masked
    decisions: list[Told]
    verdict: Verdict | None


class Eye:
    """Looks through one camera; begins anew when the size of its pictures changes.

    `loops` says that the film begins again at its end, which is then no trouble.
    """

    def __init__(
        self,
        zones: Sequence[tuple[str, Polygon]],
        masks: Sequence[Polygon],
        *,
        loops: bool = False,
    ) -> None:
        self._zones, self._masks, self._loops = zones, masks, loops
        self._masking: Masking | None = None
        self._motion: Motion | None = None
        self._sieve: Sieve | None = None
        self._guard: Guard | None = None

    def see(self, still: Still) -> Glance:
        """Look at the next still."""
        height, width = still.luma.shape
        ended: list[Told] = []
        known: Verdict | None = None
        if (
            self._motion is None
            or self._sieve is None
            or self._guard is None
            or self._masking is None
            or not self._masking.fits(still)
        ):
            ended = self.close()
            if self._guard and self._guard.trouble:
                known = Verdict(None, still.moment.seconds)
            self._masking = Masking(self._masks, height, width)
            size = small_size(height, width)
            self._motion = Motion(self._zones, size, self._masking.unseen())
            self._sieve = Sieve(self._zones, size, self._masking.unseen())
            middle = small_size(height, width, MIDDLE_WIDTH)
            unseen = self._masking.unseen(MIDDLE_WIDTH)
            self._guard = Guard(middle, unseen, loops=self._loops)
        picture = self._masking.hide(still)
        moving = self._motion.look(picture.small, still.moment)
        told = self._sieve.sift(moving, self._motion.things, still.moment)
        for zone in self._sieve.dropped:
            self._motion.drop(zone)
        verdict = self._guard.look(picture, still.moment.seconds)
        return Glance(picture, ended + told, known or verdict)

    def going_on(self) -> list[Started]:
        """Give the last sighting of each event that has not ended."""
        return self._sieve.going_on() if self._sieve else []

    def close(self) -> list[Told]:
        """End what is going on: the film is over."""
        return self._sieve.close() if self._sieve else []
