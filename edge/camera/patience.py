"""What the agent bears with in a camera's process, and how long it waits to retry."""

from collections.abc import Callable
from dataclasses import dataclass

from edge.camera.memory import MOST_BYTES
from edge.errors import SightingError


@dataclass(frozen=True, slots=True)
class Patience:
    """What we bear with in a camera's process; times in seconds.

    Attributes:
        start: for the first word of a new process. It loads its libraries first, on a
            busy box long after it was started; to kill it then helps nobody.
        hang: without a further word; a heartbeat comes each second, and opening a
            network camera or reading from it gives up by itself before that.
        first: before the second attempt; doubles with each further one.
        longest: between two attempts.
        settled: after so long with pictures, the next failure counts as the first.
        most_bytes: of private memory; the kernel's own limit should come first.
        words: that it may say at once, and so many a second on the long run. A visit
            takes two or three; clips that are taken in at a start are 500 at most.
    """

    start: float = 60.0
    hang: float = 10.0
    first: float = 1.0
    longest: float = 60.0
    settled: float = 60.0
    most_bytes: int = MOST_BYTES
    words: tuple[float, float] = (1000.0, 20.0)


class Backoff:
    """How long to wait before the next attempt: doubling, with jitter.

    `random` gives 0 to 1; half of each delay is left to it, so that the cameras of a
    site whose switch comes back do not all knock at once.
    """

    def __init__(self, patience: Patience, random: Callable[[], float]) -> None:
        self._patience, self._random = patience, random
        self._next = patience.first

    def delay(self) -> float:
        """Return the seconds to wait now, and wait longer the next time."""
        whole = self._next
        self._next = min(self._patience.longest, 2 * whole)
        return whole * (1 + self._random()) / 2

    def reset(self) -> None:
        """Begin with the first delay again."""
        self._next = self._patience.first


class Allowance:
    """How much a process may say: `most` words at once, `rate` a second after that."""

    def __init__(self, most: float, rate: float) -> None:
        self._most, self._rate = most, rate
        self._left, self._at = most, float("-inf")

    def spend(self, now: float) -> None:
        """Take one word at `now` seconds; raises SightingError where it is too much."""
        gained = (now - self._at) * self._rate
        self._left, self._at = min(self._most, self._left + gained), now
        if self._left < 1:
            raise SightingError("more words than anybody can see")
        self._left -= 1
