"""What was lost is there again: which incidents that concerns, a pure decision.

It raises nothing and ends nothing: a person closes the incident, and sees by then since
when the place is seen again.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from collector.incident.weigh import Known
from collector.intake.row import EventRow

# The kind of record that ends a loss, and the loss that it ends.
ENDS = {
    "camera.restored": "camera.lost",
    "device.heard": "device.silent",
    "path.restored": "path.lost",
}


@dataclass(frozen=True, slots=True)
class Back:
    """A record that ends a loss which a standing incident is about."""

    incident: int
    row: EventRow


def kinds_back(kinds: Collection[str]) -> frozenset[str]:
    """Give the kinds that end what rules about `kinds` opened."""
    return frozenset(back for back, lost in ENDS.items() if lost in kinds)


def back(rows: Iterable[EventRow], known: Collection[Known]) -> list[Back]:
    """Choose the standing incidents that hold the loss which a record ends."""
    return [
        Back(incident, row)
        for row in rows
        for incident in sorted(
            {one.incident for one in known if one.stands and _ended(one, row)}
        )
    ]


def _ended(lost: Known, row: EventRow) -> bool:
    same = lost.device == row.device and lost.sensor == row.sensor
    if row.kind == "path.restored":
        same = same and lost.run == row.run  # the run of a path names it
    return same and lost.kind == ENDS[row.kind] and lost.moment <= row.moment
