"""The one door to the pins of the machine; its library takes 5 MB."""

import asyncio
from collections.abc import Iterable
from typing import Any

from gpiozero import DigitalInputDevice
from gpiozero.exc import BadPinFactory, GPIOZeroError
from gpiozero.pins import Factory
from gpiozero.pins.mock import MockFactory, MockPin

from edge.contact import Now, Switches, Tell
from edge.errors import GpioError
from sites.site import Sensor

BOUNCE_S = 0.05


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
