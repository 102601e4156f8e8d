"""Whether the device's clock jumped. Pure: what the clocks say is an argument.

A second clock that only goes forward, and that nobody can set, tells it.
"""

from dataclasses import dataclass
from datetime import datetime

from sites.health import ClockChanged

JUMP_S = 5.0  # what a collector calls wrong; what NTP slews moves both clocks
_MOST_S = 1e10  # more does not fit in the record; it is 317 years


@dataclass(frozen=True)
class Reading:
    """Both clocks at one moment: `wall` is aware, `steady` in seconds since boot."""

    wall: datetime
    steady: float


class ClockWatch:
    """Looks at the clocks again and again, and tells each jump once.

    Small steps add up: they count from what was told last.
    """

    def __init__(self, begun: Reading) -> None:
        self._told = begun

    def look(self, now: Reading, *, trusted: bool) -> ClockChanged | None:
        """Give what to write down; `trusted`: something keeps the clock right now."""
        seconds = jump(self._told, now)
        if seconds is None:
            return None
        self._told = now
        seconds = min(max(round(seconds, 3), -_MOST_S), _MOST_S)
        return ClockChanged(at=now.wall, seconds=seconds, trusted=trusted)


def jump(before: Reading, now: Reading) -> float | None:
    """Give by how many seconds the wall clock jumped; None where it did not."""
    passed = (now.wall - before.wall).total_seconds()
    seconds = passed - (now.steady - before.steady)
    return seconds if abs(seconds) > JUMP_S else None
