"""Switches on pins: news are told once, and a cut wire reads as open."""

import asyncio
from collections.abc import Iterator

import pytest
from gpiozero.pins.mock import MockFactory

from edge.contact import NoContacts, Switches
from edge.errors import GpioError
from edge.pin import PinContacts, still_pins
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
from tests.edge.device_home import SENSORS
from tests.edge.records import NOON, after

OWN = [Sensor.model_validate(sensor) for sensor in SENSORS]
DOOR, PIR, HOUSING, BUTTON = 17, 18, 19, 20


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    factory = still_pins(OWN)
    yield factory
    factory.reset()


async def told(
    pins: MockFactory, *moves: tuple[int, str], before: tuple[int, str] | None = None
) -> list[Record]:
    """Move pins while somebody listens; gives what was told."""
    contacts = PinContacts(OWN, lambda: NOON, pins)
    if before is not None:
        getattr(pins.pin(before[0]), f"drive_{before[1]}")()
    heard: list[Record] = []
    watching = asyncio.create_task(contacts.watch(heard.append))
    await asyncio.sleep(0)
    for pin, level in moves:
        getattr(pins.pin(pin), f"drive_{level}")()
        await asyncio.sleep(0)  # the pin's thread speaks through the loop
    await asyncio.sleep(0)
    watching.cancel()
    await asyncio.wait([watching])
    return heard


async def test_every_kind_of_switch_writes_its_own_records(pins: MockFactory):
    heard = await told(
        pins,
        (DOOR, "high"), (DOOR, "low"), (PIR, "high"), (PIR, "low"),
        (HOUSING, "high"), (HOUSING, "low"), (BUTTON, "low"), (BUTTON, "high"),
    )  # fmt: skip
    assert heard == [
        ContactOpened(at=NOON, sensor=1, zone=1),
        ContactClosed(at=NOON, sensor=1, zone=1),
        MotionStarted(at=NOON, sensor=2, zone=2),
        MotionEnded(at=NOON, sensor=2, zone=2, seconds=0),
        TamperOpened(at=NOON, sensor=3),
        TamperClosed(at=NOON, sensor=3),
        PanicPressed(at=NOON, sensor=4, silent=True),
    ]


def test_a_cut_wire_reads_as_open():
    contacts = PinContacts(OWN, lambda: NOON, MockFactory())  # nothing is wired
    assert contacts.ajar() == {1, 3}
    contacts.close()


async def test_a_button_held_down_is_one_press(pins: MockFactory):
    heard = await told(pins, (BUTTON, "low"), (BUTTON, "low"), (BUTTON, "low"))
    assert [type(record) for record in heard] == [PanicPressed]


async def test_what_happened_before_anybody_listened_is_told(pins: MockFactory):
    heard = await told(pins, before=(DOOR, "high"))
    assert [type(record) for record in heard] == [ContactOpened]


def test_what_stands_open_is_known_from_the_start(pins: MockFactory):
    pins.pin(DOOR).drive_high()
    pins.pin(PIR).drive_high()
    contacts = PinContacts(OWN, lambda: NOON, pins)
    assert contacts.ajar() == {1}
    contacts.close()


@pytest.mark.filterwarnings("ignore::gpiozero.exc.PinFactoryFallback")
def test_a_machine_without_pins_is_an_error_in_words():
    with pytest.raises(GpioError, match="the pins of this machine cannot be read"):
        PinContacts(OWN, lambda: NOON, BrokenFactory())


class BrokenFactory(MockFactory):  # type: ignore[misc]  # gpiozero has no types
    """Stands for a machine whose pins cannot be opened."""

    def pin(self, name: object) -> None:
        raise OSError(f"no pin {name}")


def test_motion_lasts_from_its_start_to_its_end():
    switches = Switches(OWN)
    switches.change(2, NOON, active=True)
    ended = switches.change(2, after(7.5), active=False)
    assert ended == MotionEnded(at=after(7.5), sensor=2, zone=2, seconds=7.5)


def test_a_clock_that_was_set_back_makes_no_negative_duration():
    switches = Switches(OWN)
    switches.change(2, after(60), active=True)
    ended = switches.change(2, NOON, active=False)
    assert ended == MotionEnded(at=NOON, sensor=2, zone=2, seconds=0)


def test_what_is_no_news_is_not_told():
    switches = Switches(OWN)
    assert switches.change(1, NOON, active=False) is None
    assert switches.change(1, NOON, active=True) is not None
    assert switches.change(1, NOON, active=True) is None
    assert switches.ajar() == {1}


async def test_a_device_without_switches_has_nothing_to_tell():
    heard: list[Record] = []
    watching = asyncio.create_task(NoContacts().watch(heard.append))
    await asyncio.sleep(0)
    assert not watching.done()
    watching.cancel()
    assert (heard, NoContacts().ajar()) == ([], frozenset())
