"""Counts what would else flood the outbox: the first is told, the others in numbers.

Pure: time is an argument, in seconds of any clock that only goes forward.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Thing = TypeVar("Thing", bound=Hashable)

FIRST_S, LONGEST_S = 60.0, 3600.0


@dataclass
class _Count:
    due: float
    wait: float = FIRST_S
    more: int = 0


class Tally(Generic[Thing]):
    """How often each thing came that was not told yet.

    While a thing goes on coming it is told after FIRST_S, and each time twice as long
    after that, LONGEST_S at most; when it stayed away for so long, the next is a first.
    """

    def __init__(self) -> None:
        self._counts: dict[Thing, _Count] = {}

    def __len__(self) -> int:
        return len(self._counts)

    def __contains__(self, thing: Thing) -> bool:
        return thing in self._counts

    def note(self, thing: Thing, now: float) -> bool:
        """Count a thing; True where it is the first, and to be told at once."""
        count = self._counts.get(thing)
        if count is None:
            self._counts[thing] = _Count(now + FIRST_S)
            return True
        count.more += 1
        return False

    def due(self, now: float) -> Iterator[tuple[Thing, int]]:
        """Give what is to be told now, and how many came since it was told last."""
        for thing, count in list(self._counts.items()):
            if count.due > now:
                continue
            if not count.more:
                del self._counts[thing]
                continue
            yield thing, count.more
            count.more, count.wait = 0, min(2 * count.wait, LONGEST_S)
            count.due = now + count.wait

    def rest(self) -> Iterator[tuple[Thing, int]]:
        """Give all that was not told, at the end."""
        for thing, count in self._counts.items():
            if count.more:
                yield thing, count.more
                count.more = 0
