"""Records with valid defaults, and a way to read an outbox as the collector would."""

from datetime import UTC, datetime, timedelta

from edge.outbox import Outbox
from sites.event import ContactOpened, MeasurementTaken, PanicPressed
from sites.frame import MAX_BYTES, decode_record
from sites.health import RunStarted
from sites.record import Lane, Record

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """Give a moment that many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def measurement(value: float = 21.5, at: datetime = NOON) -> MeasurementTaken:
    return MeasurementTaken(at=at, sensor=7, quantity="temperature", value=value)


def opened(sensor: int = 1, at: datetime = NOON, zone: int = 1) -> ContactOpened:
    return ContactOpened(at=at, sensor=sensor, zone=zone)


def panic(at: datetime = NOON) -> PanicPressed:
    return PanicPressed(at=at, sensor=9, silent=False)


def waiting(box: Outbox, lane: Lane) -> list[tuple[str, Record]]:
    """Give every record of a lane that waits, with its run, in the order of sending."""
    found: list[tuple[str, Record]] = []
    reader = box.reader(lane)
    while batch := reader.take(50, MAX_BYTES):
        found += [(batch.run, decode_record(record)) for record in batch.records]
    return found


def numbers(box: Outbox, lane: Lane, run: str | None = None) -> list[int]:
    """Give the numbers that wait in a lane, of one run where it is named."""
    return [record.seq for of, record in waiting(box, lane) if run is None or of == run]


def start_of(box: Outbox) -> RunStarted:
    """Give the first record of the box's own run."""
    starts = [record for run, record in waiting(box, "al") if run == box.run]
    assert isinstance(starts[0], RunStarted)
    return starts[0]


def fill(box: Outbox, record: Record, count: int) -> int:
    """Write a record so many times; gives the last number."""
    return [box.append(record) for _ in range(count)][-1]
