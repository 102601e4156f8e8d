"""Which paths may speak: those with a certificate in force. Pure, but for what knocked.

A broker of version 2 lets a live connection go on whose certificate was revoked or
expired, so the collector believes the store and not the connection.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from collector.query import Row
from sites.errors import Refusal
from sites.topic import Path

NEVER_ASKED = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Standing:
    """Until when a path may speak; `revoked`: its newest certificate was.

    `last` is when all of its certificates have expired, revoked ones too.
    """

    until: datetime | None
    revoked: bool
    last: datetime


@dataclass
class Standings:
    """How every path stands. `required`: one that never had a certificate is refused.

    `store_time` is what the database's clock showed when it was last asked. Only what
    has expired by that one as well has: whoever sets our clock ahead would else have
    us refuse everybody.

    `knocked` are those that were refused and tried to speak, until somebody takes them.
    """

    required: bool
    store_time: datetime = NEVER_ASKED
    known: dict[Path, Standing] = field(default_factory=dict)
    knocked: set[Path] = field(default_factory=set)

    def learn(self, rows: Iterable[Row]) -> None:
        """Take what the store says of some paths."""
        for row in rows:
            path = Path(row["device"], row["way"])
            self.known[path] = Standing(row["until"], row["revoked"], row["last"])

    def refusal(self, path: Path, at: datetime) -> Refusal | None:
        """Say why a path may not speak at this time; None: it may."""
        known = self.known.get(path)
        if known is None:
            return "uncertified" if self.required else None
        if known.until is not None and min(at, self.store_time) < known.until:
            return None
        return "revoked" if known.revoked else "expired"

    def judge(self, path: Path, at: datetime) -> Refusal | None:
        """Say why a path that speaks now may not, and note that it tried."""
        why = self.refusal(path, at)
        if why is not None:
            self.knocked.add(path)
        return why

    def refused(self, at: datetime) -> dict[Path, Refusal]:
        """Give the paths with a certificate that may not speak at this time."""
        found: dict[Path, Refusal] = {}
        for path in tuple(self.known):
            why = self.refusal(path, at)
            if why is not None:
                found[path] = why
        return found

    def may_be_let_in(self, path: Path, at: datetime) -> bool:
        """Tell whether a broker without the list of the revoked would let it in."""
        known = self.known.get(path)
        return known is not None and at < known.last
