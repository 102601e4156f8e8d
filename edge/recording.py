"""Plays recorded contacts and measurements as if they happened now.

Contacts: a CSV with the columns `seconds,sensor,state`. Measurements: a CSV with a row
a minute and a column for each quantity, as in the office data of Candanedo and
Feldheim.
"""

import asyncio
import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from math import isfinite
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple, TextIO

from edge.contact import Now, Switches, Tell
from edge.errors import RecordingError
from sites.event import MeasurementTaken, Quantity
from sites.record import Record
from sites.site import Sensor

ROW_S = 60.0
_STATES = {
    "open": True,
    "closed": False,
    "motion": True,
    "still": False,
    "pressed": True,
    "released": False,
}
_COLUMNS: dict[str, Quantity] = {
    "temperature": "temperature",
    "humidity": "humidity",
    "light": "light",
    "co2": "co2",
    "humidityratio": "humidity_ratio",
}


class Change(NamedTuple):
    """At `seconds` after the start, a switch became active or not."""

    seconds: float
    sensor: int
    active: bool


class Reading(NamedTuple):
    """A number that a sensor read."""

    sensor: int
    quantity: Quantity
    value: float


@dataclass(frozen=True)
class Playing:
    """How a recording is played: `speed` times real time, and again and again."""

    speed: float = 1.0
    loop: bool = False


class RecordedContacts:
    """Switches that a file moves."""

    def __init__(
        self, path: Path, sensors: Iterable[Sensor], playing: Playing, now: Now
    ) -> None:
        """Read the whole file; raises RecordingError."""
        self._switches = Switches(sensors)
        self._changes = read_changes(path, self._switches.sensors)
        self._playing = playing
        self._now = now
        for change in self._changes:
            if change.seconds == 0 and self._is_state(change.sensor):
                self._apply(change, now())

    def ajar(self) -> frozenset[int]:
        """Give the contacts and housings that stand open."""
        return self._switches.ajar()

    async def watch(self, tell: Tell) -> None:
        """Play the file to its end, or for ever."""
        clock = asyncio.get_running_loop().time
        begin = clock()
        for change in _again(self._changes, self._playing.loop):
            wait = begin + change.seconds / self._playing.speed - clock()
            await asyncio.sleep(max(0.0, wait))
            record = self._apply(change, self._now())
            if record is not None:
                tell(record)

    def _is_state(self, sensor: int) -> bool:
        return self._switches.sensors[sensor].kind in {"contact", "tamper"}

    def _apply(self, change: Change, at: datetime) -> Record | None:
        record = self._switches.change(change.sensor, at, active=change.active)
        if self._switches.sensors[change.sensor].kind == "panic":
            self._switches.change(change.sensor, at, active=False)  # it springs back
        return record


class RecordedMeasurements:
    """Sensors that a file gives their numbers."""

    def __init__(
        self, path: Path, sensors: Iterable[Sensor], playing: Playing, now: Now
    ) -> None:
        """Read the whole file; raises RecordingError."""
        self._rows = read_rows(path, quantities(sensors))
        self._playing = playing
        self._now = now

    async def watch(self, tell: Tell) -> None:
        """Play the file to its end, or for ever; a row takes ROW_S."""
        clock = asyncio.get_running_loop().time
        due = clock()
        while True:
            for row in self._rows:
                at = self._now()
                for sensor, quantity, value in row:
                    taken = MeasurementTaken(
                        at=at, sensor=sensor, quantity=quantity, value=value
                    )
                    tell(taken)
                due += ROW_S / self._playing.speed
                await asyncio.sleep(max(0.0, due - clock()))
            if not self._playing.loop:
                return


def quantities(sensors: Iterable[Sensor]) -> dict[Quantity, int]:
    """Give the sensor that measures each quantity."""
    return {
        sensor.quantity: sensor.number
        for sensor in sensors
        if sensor.kind == "measurement" and sensor.quantity is not None
    }


def read_changes(path: Path, sensors: Mapping[int, Sensor]) -> list[Change]:
    """Read a recording of contacts, by time; raises RecordingError at its first fault.

    Rows of sensors that this device has not are a fault: they would be missed in
    silence.
    """
    with _open(path) as file:
        rows = csv.reader(file)
        if next(rows, None) != ["seconds", "sensor", "state"]:
            raise RecordingError(path, 1, "the columns are not seconds,sensor,state")
        changes = [
            _change(path, rows.line_num, row, sensors) for row in _rows(path, rows)
        ]
    if not changes:
        raise RecordingError(path, 0, "it holds no change")
    return sorted(changes, key=attrgetter("seconds"))


def read_rows(path: Path, own: Mapping[Quantity, int]) -> list[list[Reading]]:
    """Read a recording of measurements, for the sensors given; raises RecordingError.

    A value that is no number is left out, as a sensor that fails once would be.
    """
    found: list[list[Reading]] = []
    with _open(path) as file:
        rows = csv.reader(file)
        head = [name.strip().lower() for name in next(rows, [])]
        wanted: list[tuple[int, Quantity, int]] = [
            (place, _COLUMNS[name], own[_COLUMNS[name]])
            for place, name in enumerate(head)
            if name in _COLUMNS and _COLUMNS[name] in own
        ]
        if not wanted:
            raise RecordingError(path, 1, "no column is a quantity of this device")
        for row in _rows(path, rows):
            shift = len(row) - len(head)  # R writes row numbers under no heading
            found.append(list(_readings(row, wanted, shift)))
    if not found:
        raise RecordingError(path, 0, "it holds no row")
    return found


@contextmanager
def _open(path: Path) -> Iterator[TextIO]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            yield file
    except OSError as error:
        raise RecordingError(path, 0, error.strerror or "cannot be read") from None
    except UnicodeDecodeError:
        raise RecordingError(path, 0, "it is not text in UTF-8") from None


def _rows(path: Path, rows: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from (row for row in rows if row)
    except csv.Error as error:
        raise RecordingError(path, 0, str(error)) from None


def _change(
    path: Path, line: int, row: list[str], sensors: Mapping[int, Sensor]
) -> Change:
    try:
        seconds, number, state = float(row[0]), int(row[1]), _STATES[row[2].strip()]
    except (ValueError, IndexError):
        raise RecordingError(path, line, f"not seconds,sensor,state: {row}") from None
    except KeyError:
        known = ", ".join(sorted(_STATES))
        raise RecordingError(path, line, f"{row[2]!r} is none of {known}") from None
    if not (isfinite(seconds) and seconds >= 0):
        raise RecordingError(path, line, f"{row[0]} is no time after the start")
    if number not in sensors:
        raise RecordingError(path, line, f"this device has no sensor {number}")
    return Change(seconds, number, state)


def _readings(
    row: list[str], wanted: list[tuple[int, Quantity, int]], shift: int
) -> Iterator[Reading]:
    for place, quantity, sensor in wanted:
        with suppress(ValueError, IndexError):
            value = float(row[place + shift])
            if isfinite(value):
                yield Reading(sensor, quantity, value)


def _again(changes: list[Change], loop: bool) -> Iterator[Change]:  # noqa: FBT001  # one use
    length = max(1.0, changes[-1].seconds)
    for turn in count() if loop else range(1):
        for change in changes:
            yield change._replace(seconds=change.seconds + turn * length)
