"""The books of a run: what the outboxes ever wrote against what is stored. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_TOLD = 20


class Stored(NamedTuple):
    """A stored record of one device; `first` and `last` where it is records.dropped."""

    run: str
    lane: str
    seq: int
    kind: str
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True)
class Account:
    """What became of the numbers that a device ever gave out.

    `twice` are stored more than once, `missing` neither stored nor named as dropped
    though a later number came, `dropped` named as dropped and not stored. `reached` is
    how many numbers that covers.
    """

    stored: int
    twice: list[tuple[str, str, int]] = field(default_factory=list)
    missing: list[tuple[str, str, int]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    reached: int = 0

    def faults(self, written: int, *, may_drop: bool) -> list[str]:
        """Say what is wrong, given how many records the outbox ever wrote."""
        found = [f"stored twice: {one}" for one in self.twice[:MOST_TOLD]]
        found += [f"lost: {one}" for one in self.missing[:MOST_TOLD]]
        if self.reached != written:
            found.append(f"{self.reached} numbers came of {written} that were written")
        if self.dropped["al"]:
            found.append(f"{self.dropped['al']} alarms were dropped")
        if self.dropped.total() and not may_drop:
            found.append(f"dropped with room left: {dict(self.dropped)}")
        return found


def account(rows: Sequence[Stored]) -> Account:
    """Take stock of all that is stored of one device."""
    times = Counter((row.run, row.lane, row.seq) for row in rows)
    came: dict[tuple[str, str], set[int]] = {}
    gone: dict[tuple[str, str], set[int]] = {}
    for row in rows:
        came.setdefault((row.run, row.lane), set()).add(row.seq)
        if row.first is not None and row.last is not None:
            named = range(row.first, row.last + 1)
            gone.setdefault((row.run, row.lane), set()).update(named)
    missing, dropped, reached = [], Counter[str](), 0
    for (run, lane), numbers in sorted(came.items()):
        named_gone = gone.get((run, lane), set())
        last = max(numbers | named_gone)
        reached += last
        dropped[lane] += len(named_gone - numbers)
        holes = set(range(1, last + 1)) - numbers - named_gone
        missing += [(run, lane, number) for number in sorted(holes)]
    twice = [name for name, count in times.items() if count > 1]
    return Account(times.total(), twice, missing, dropped, reached)
