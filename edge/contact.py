"""Contacts, motion detectors, housings and buttons: what their changes mean.

`edge.pin` reads them on pins, `edge.recording` plays them.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from sites.event import (
    ContactClosed,
    ContactOpened,
    PanicPressed,
    TamperClosed,
    TamperOpened,
)
from sites.record import Record
from sites.sight import MotionEnded, MotionStarted
from sites.site import Sensor

Tell = Callable[[Record], object]
Now = Callable[[], datetime]


class Contacts(Protocol):
    """Where the device's switches are read."""

    def ajar(self) -> frozenset[int]:
        """Give the contacts and housings that stand open now."""
        ...

    async def watch(self, tell: Tell) -> None:
        """Tell every change, for ever or until a recording ends."""
        ...


class NoContacts:
    """A device without switches."""

    def ajar(self) -> frozenset[int]:
        """Give none."""
        return frozenset()

    async def watch(self, tell: Tell) -> None:  # noqa: ARG002  # as those do that tell
        """Wait for ever."""
        await asyncio.get_running_loop().create_future()


class Switches:
    """The last known state of each switch, and the records that changes make."""

    def __init__(self, sensors: Iterable[Sensor]) -> None:
        self.sensors = {sensor.number: sensor for sensor in sensors}
        self._active: dict[int, datetime] = {}

    def ajar(self) -> frozenset[int]:
        """Give the contacts and housings that stand open."""
        return frozenset(
            number
            for number in self._active
            if self.sensors[number].kind in {"contact", "tamper"}
        )

    def change(self, number: int, at: datetime, *, active: bool) -> Record | None:
        """Take a switch's state; gives a record where it is news.

        Active means: open, moving, or pressed.
        """
        before = self._active.get(number)
        if active == (before is not None):
            return None
        if active:
            self._active[number] = at
            return _began(self.sensors[number], at)
        since = self._active.pop(number)
        lasted = max(0.0, (at - since).total_seconds())
        return _ended(self.sensors[number], at, lasted)


def _began(sensor: Sensor, at: datetime) -> Record | None:
    match sensor.kind:
        case "contact":
            return ContactOpened(at=at, sensor=sensor.number, zone=sensor.zone or 1)
        case "pir":
            return MotionStarted(at=at, sensor=sensor.number, zone=sensor.zone or 1)
        case "tamper":
            return TamperOpened(at=at, sensor=sensor.number)
        case "panic":
            return PanicPressed(at=at, sensor=sensor.number, silent=sensor.silent)
        case "measurement":
            return None


def _ended(sensor: Sensor, at: datetime, lasted: float) -> Record | None:
    number, zone = sensor.number, sensor.zone or 1
    match sensor.kind:
        case "contact":
            return ContactClosed(at=at, sensor=number, zone=zone)
        case "pir":
            return MotionEnded(at=at, sensor=number, zone=zone, seconds=lasted)
        case "tamper":
            return TamperClosed(at=at, sensor=number)
        case "panic" | "measurement":
            return None
