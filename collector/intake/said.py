"""What a record says, and whether two under one number say the same."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from collector.database import Transaction, jsonb
from collector.intake.ingest import UNKNOWN_KIND, usual_of
from collector.intake.row import EventRow, RecordName
from collector.query import Queries, Row

DROPPED = "records.dropped"
_QUERIES = Queries(Path(__file__).parent / "sql")
_EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


class Said(NamedTuple):
    """The content of a record, as far as two of them can be compared."""

    at: datetime
    kind: str
    sensor: int | None
    zone: int | None
    data: Any


async def stored_before(
    transaction: Transaction, rows: Sequence[EventRow]
) -> Mapping[RecordName, list[Said]]:
    """Give what is stored under the numbers of these rows, by their names."""
    found: dict[RecordName, list[Said]] = defaultdict(list)
    asked = {row.name: row.at for row in rows}
    # First where they would lie, then everywhere: there may be a hundred chunks.
    for bounds in (
        (min(asked.values()), max(asked.values())) if asked else _EVER,
        _EVER,
    ):
        missing = [name._asdict() for name in asked if name not in found]
        if missing:
            names, (low, high) = jsonb(missing), bounds
            query = _QUERIES["stored_before"]
            for one in await transaction.all(query, names=names, low=low, high=high):
                name = RecordName(one["device"], one["run"], one["lane"], one["seq"])
                found[name].append(_said_before(one))
    return found


def said_by(row: EventRow) -> Said:
    """Give what a row says, as it will stand in the store."""
    data = msgspec.json.decode(msgspec.json.encode(row.data))
    at = row.at if row.timed else datetime.fromisoformat(row.said)
    return Said(at, row.kind, row.sensor, row.zone, data)


def _said_before(row: Row) -> Said:
    at = row["at"] or datetime.fromisoformat(row["said"])
    return Said(at, row["kind"], row["sensor"], row["zone"], row["data"])


def is_same(row: EventRow, before: Said) -> bool:
    """Tell whether a row says what came first under its number."""
    said = said_by(row)
    if DROPPED in {said.kind, before.kind}:
        return True  # it stands under the number of a record that it says is gone
    if said.at != before.at:
        return False
    if UNKNOWN_KIND in {said.kind, before.kind}:
        return (
            True  # an older version could not read it, so there is no more to compare
        )
    if getattr(row.record, "zone", None) is None:
        said = said._replace(zone=before.zone)  # that of the inventory, then and now
    # Older versions stored fields that say what they usually do.
    usual = usual_of(type(row.record)) if row.record is not None else ()
    return _told(said, usual) == _told(before, usual)


def _told(said: Said, usual: Iterable[tuple[str, object]]) -> Said:
    unsaid = dict(usual)
    data = {
        one: told
        for one, told in said.data.items()
        if one not in unsaid or told != unsaid[one]
    }
    return said._replace(data=data)
