"""Why a clip runs, and until when. Pure: seconds of the film are an argument."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Occasion:
    """A visit with its post-roll, visits that follow closely, or an order.

    Attributes:
        after: seconds that a clip goes on after a visit.
        ordered: somebody asked for what runs now; an alarm does.
    """

    after: float
    ordered: bool = False
    _zones: set[str] = field(default_factory=set)
    _until: float = float("-inf")

    def begin(self, zone: str) -> None:
        """Something moves in a zone."""
        self._zones.add(zone)

    def end(self, zone: str, seconds: float) -> None:
        """Nothing has moved in the zone since `seconds`."""
        if zone in self._zones:
            self._zones.discard(zone)
            self._until = max(self._until, seconds + self.after)

    def order(self, until: float) -> None:
        """Somebody wants all until `until`."""
        self.ordered = True
        self._until = max(self._until, until)

    def lasts(self, seconds: float) -> bool:
        """Say whether a clip is wanted at `seconds`."""
        return bool(self._zones) or seconds < self._until

    def close(self) -> None:
        """Begin afresh: what was ordered is written."""
        self.ordered = False
