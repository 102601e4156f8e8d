"""From stills to decisions: masks on, then motion. Pure: seconds are an argument."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge.motion import Decision, Motion, Started
from edge.picture import Masked, Masking, Still, small_size
from edge.sighting import Polygon


@dataclass(frozen=True, slots=True)
class Glance:
    """One still with its masks on, and what was decided on it."""

    picture: Masked
    decisions: list[Decision]


class Eye:
    """Looks through one camera; begins anew when the size of its pictures changes."""

    def __init__(
        self, zones: Sequence[tuple[str, Polygon]], masks: Sequence[Polygon]
    ) -> None:
        self._zones, self._masks = zones, masks
        self._masking: Masking | None = None
        self._motion: Motion | None = None

    def see(self, still: Still) -> Glance:
        """Look at the next still."""
        height, width = still.luma.shape
        ended: list[Decision] = []
        if (
            self._motion is None
            or self._masking is None
            or not self._masking.fits(still)
        ):
            ended = self.close()
            self._masking = Masking(self._masks, height, width)
            size = small_size(height, width)
            self._motion = Motion(self._zones, size, self._masking.unseen())
        picture = self._masking.hide(still)
        return Glance(picture, ended + self._motion.look(picture.small, still.moment))

    def going_on(self) -> list[Started]:
        """Give the last sighting of each event that has not ended."""
        return self._motion.going_on() if self._motion else []

    def close(self) -> list[Decision]:
        """End what is going on: the film is over."""
        return self._motion.finish() if self._motion else []
