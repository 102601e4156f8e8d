"""While there is no room: which plain records were refused, and what says so."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sites.health import RecordsDropped

LOOK_EVERY = timedelta(seconds=1)


@dataclass
class Shortage:
    """A time in which plain records were refused: those of `first` to `last`.

    `looked` is when room was last looked for; `broken` says that the disk itself took
    no more.
    """

    looked: datetime
    broken: bool
    first: int = 0
    last: int = 0
    dropped_at: datetime | None = None

    def drop(self, seq: int, at: datetime) -> None:
        """Note that a record was refused; those before it are known already."""
        self.first = self.first or seq
        self.last = seq
        self.dropped_at = self.dropped_at or at

    def record(self) -> RecordsDropped | None:
        """Give what stands in their place; None where none was refused."""
        if self.dropped_at is None:
            return None
        return RecordsDropped(
            seq=self.last,
            at=self.dropped_at,
            first=self.first,
            last=self.last,
            count=self.last - self.first + 1,
        )
