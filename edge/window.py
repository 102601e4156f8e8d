"""What was sent and is not confirmed yet: how much may be, and when it goes again.

Pure: time is an argument, in seconds of any clock that only goes forward.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Generic, TypeVar

from sites.frame import MOST_UNDER_WAY

Load = TypeVar("Load")

_NAMES_KEPT = 16


@dataclass(frozen=True)
class Pace:
    """How one channel is resent: first after `first` seconds, doubling to `longest`.

    `jitter` spreads the resending by that part to either side, `most` is how many may
    be under way.
    """

    first: float
    longest: float
    most: int
    jitter: float = 0.2


ALARMS = Pace(first=2.0, longest=2.0, most=8, jitter=0.0)
PLAIN = Pace(first=5.0, longest=300.0, most=MOST_UNDER_WAY)
PARTS = Pace(first=5.0, longest=300.0, most=2)


@dataclass
class Flight(Generic[Load]):
    """Something under way: its sealed bytes, and the digests under which it went.

    `begun` is when it went first, `sent_at` when it went last.
    """

    load: Load
    sealed: bytes
    names: list[str]
    begun: float
    sent_at: float
    due: float
    tries: int = 1


@dataclass
class Window(Generic[Load]):
    """The flights of one channel, the oldest first."""

    pace: Pace
    random: Random
    flights: list[Flight[Load]] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether one more may be sent."""
        return len(self.flights) < self.pace.most

    @property
    def next_due(self) -> float:
        """When the next one goes again; infinite where none is under way."""
        return min((flight.due for flight in self.flights), default=float("inf"))

    @property
    def oldest(self) -> float:
        """When the one went that waits longest; infinite where none is under way."""
        return min((flight.begun for flight in self.flights), default=float("inf"))

    def add(self, load: Load, sealed: bytes, name: str, now: float) -> None:
        """Note something that was sent at `now`."""
        due = now + self._delay(1)
        self.flights.append(Flight(load, sealed, [name], now, now, due))

    def due(self, now: float) -> list[Flight[Load]]:
        """Give what should go again."""
        return [flight for flight in self.flights if flight.due <= now]

    def again(self, flight: Flight[Load], now: float, sealed: bytes, name: str) -> None:
        """Note that a flight was sent again, perhaps sealed anew under a new name."""
        flight.tries += 1
        flight.sealed, flight.sent_at = sealed, now
        flight.due = now + self._delay(flight.tries)
        if name not in flight.names:
            flight.names = [*flight.names, name][-_NAMES_KEPT:]

    def settle(self, name: str, now: float) -> Flight[Load] | None:
        """Take out the flight that a receipt names; None where it names none of ours.

        A receipt shows that the collector lives, so others that were put off for long
        are due.
        """
        for flight in self.flights:
            if name in flight.names:
                self.flights.remove(flight)
                self._hurry(now)
                return flight
        return None

    def reopen(self, now: float) -> None:
        """Make everything due, because the connection is a new one."""
        for flight in self.flights:
            flight.due, flight.tries = now, 0

    def _hurry(self, now: float) -> None:
        for flight in self.flights:
            flight.due = min(flight.due, max(now, flight.sent_at + self.pace.first))

    def _delay(self, tries: int) -> float:
        delay = min(self.pace.first * 2.0 ** min(tries - 1, 30), self.pace.longest)
        return delay * self.random.uniform(1 - self.pace.jitter, 1 + self.pace.jitter)
