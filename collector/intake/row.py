"""One stored event, as the rules see it."""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from sites.event import MeasurementTaken
from sites.record import Lane, Record


class RecordName(NamedTuple):
    """Device, run, lane and number: the name of a record for ever."""

    device: str
    run: str
    lane: str
    seq: int


# gc: nothing in a row leads back to it, and there are thousands of them.
class EventRow(msgspec.Struct, frozen=True, gc=False):
    """A record that was stored for the first time, with its place.

    `at` is when it happened by the device's clock; where that gave an impossible time
    (`timed` False) it is the time of `received`, and `said` is the device's own as
    text. `corrected` is when it was by ours, None where the device's clock was right.
    `zone` is the record's own, else that of its sensor in the inventory. `data` holds
    the other fields of the kind. `record` is None for a kind this version cannot read:
    its `kind` is then `unknown`, and `data` the whole of it.
    """

    device: str
    run: str
    lane: Lane
    seq: int
    at: datetime
    received: datetime
    unit: str
    site: str
    kind: str
    sensor: int | None = None
    zone: int | None = None
    data: dict[str, Any] = msgspec.field(default_factory=dict)
    record: Record | None = None
    timed: bool = True
    said: str = ""
    corrected: datetime | None = None

    @property
    def name(self) -> RecordName:
        """What no other record is called, whenever it comes and however often."""
        return RecordName(self.device, self.run, self.lane, self.seq)

    @property
    def own(self) -> datetime:
        """When it happened by the device's clock, as far as that can be a time."""
        if self.timed or self.corrected is None:
            return self.at
        return datetime.fromisoformat(self.said)

    @property
    def moment(self) -> datetime:
        """When it happened, as nearly as we know."""
        return self.corrected or self.at


def is_measurement(row: EventRow) -> bool:
    """Tell whether a row is a number for the table of measurements."""
    record = row.record
    return isinstance(record, MeasurementTaken) and row.timed and row.sensor is not None
