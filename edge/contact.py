"""Contacts, motion detectors, housings and buttons: on pins, or from a recording."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol

from gpiozero import DigitalInputDevice
from gpiozero.exc import BadPinFactory, GPIOZeroError
from gpiozero.pins import Factory
from gpiozero.pins.mock import MockFactory, MockPin

from edge.errors import GpioError
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

BOUNCE_S = 0.05

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


class PinContacts:
    """Switches on the pins of the machine.

    Contacts, detectors and housings are loops that are closed in rest, between the pin
    and ground: a cut wire reads as open. A panic button closes its loop when pressed.
    """

    def __init__(
        self, sensors: Iterable[Sensor], now: Now, factory: Factory | None = None
    ) -> None:
        """Open the pins; raises GpioError."""
        self._now = now
        self._switches = Switches(sensors)
        self._pins: dict[int, DigitalInputDevice] = {}
        try:
            for number, sensor in self._switches.sensors.items():
                if sensor.pin is not None:
                    self._pins[number] = DigitalInputDevice(
                        sensor.pin,
                        pull_up=True,
                        bounce_time=BOUNCE_S,
                        pin_factory=factory,
                    )
        except (GPIOZeroError, BadPinFactory, OSError) as error:
            self.close()
            raise GpioError(str(error)) from None
        for number in self._pins:
            self._switches.change(number, now(), active=self._is_active(number))

    def ajar(self) -> frozenset[int]:
        """Give the contacts and housings that stand open now."""
        return self._switches.ajar()

    async def watch(self, tell: Tell) -> None:
        """Tell every change for ever."""
        loop = asyncio.get_running_loop()

        def changed(number: int) -> None:
            record = self._switches.change(
                number, self._now(), active=self._is_active(number)
            )
            if record is not None:
                tell(record)

        def listen(number: int, pin: DigitalInputDevice) -> None:
            def hear(*_: Any) -> None:
                loop.call_soon_threadsafe(changed, number)

            pin.when_activated = hear
            pin.when_deactivated = hear

        for number, pin in self._pins.items():
            listen(number, pin)
            changed(number)  # what happened before anybody listened
        try:
            await loop.create_future()
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the pins."""
        for pin in self._pins.values():
            pin.close()

    def _is_active(self, number: int) -> bool:
        low = bool(self._pins[number].is_active)
        return low if self._switches.sensors[number].kind == "panic" else not low


class WiredPin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    """A pin of no machine that keeps the level on its wire, whatever pulls at it."""

    def _set_pull(self, value: str) -> None:
        self._pull = value


def still_pins(sensors: Iterable[Sensor]) -> MockFactory:
    """Give pins of no machine on which nothing is open, moving or pressed."""
    factory = MockFactory(pin_class=WiredPin)
    for sensor in sensors:
        if sensor.pin is not None and sensor.kind == "panic":
            factory.pin(sensor.pin).drive_high()
        elif sensor.pin is not None:
            factory.pin(sensor.pin).drive_low()
    return factory
