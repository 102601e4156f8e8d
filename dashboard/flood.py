"""Whether a unit is flooded with incidents, and what then is one line: pure decisions.

The figures are those of ISA-18.2 (IEC 62682): a flood begins with more than ten in ten
minutes for one operator, and ends below five.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

Row = Mapping[str, Any]

WINDOW = timedelta(minutes=10)
BEGINS_ABOVE = 10  # incidents within a window
ENDS_BELOW = 5
REACH = timedelta(hours=6)  # no further back is looked for its beginning


@dataclass(frozen=True)
class Flood:
    """What is one line: incidents that nobody has, none of them of top priority.

    The figures are of all of them; `shown` are those that a page has read.
    """

    since: datetime
    incidents: int
    places: int
    confirmed: int
    shown: tuple[Row, ...]

    @property
    def more(self) -> int:
        """How many stand open besides those that are shown."""
        return self.incidents - len(self.shown)


def flooded_since(opened: Iterable[datetime], now: datetime) -> datetime | None:
    """Tell since when incidents flood in; None where they do not, or no longer.

    `opened` is when each began, in order. A flood begins with the first of those that
    made it one, not with the last: all of them are part of it.
    """
    recent: deque[datetime] = deque()
    since = None
    for at in (*opened, None):
        edge = (at or now) - WINDOW
        while recent and recent[0] <= edge:
            recent.popleft()
        if len(recent) < ENDS_BELOW:
            since = None
        if at is None:
            break
        recent.append(at)
        if since is None and len(recent) > BEGINS_ABOVE:
            since = recent[0]
    return since


def hidden(incident: Row, since: datetime) -> bool:
    """Tell whether an incident is part of the one line of a flood.

    Top priority never is, nor what somebody works on, nor what stood open before.
    """
    opened: datetime = incident["opened"]
    urgent = incident["priority"] == "urgent"
    return not urgent and incident["state"] == "open" and opened >= since


def flood_of(incidents: Sequence[Row], since: datetime, figures: Row) -> Flood | None:
    """Make the line, the confirmed ones first; None where it would hide just one."""
    found = [each for each in incidents if hidden(each, since)]
    if len(found) <= 1:
        return None
    shown = sorted(found, key=lambda each: each["confirmed"] is None)
    return Flood(
        since,
        max(figures["incidents"], len(found)),
        figures["places"],
        figures["confirmed"],
        tuple(shown),
    )
