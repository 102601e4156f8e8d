"""Only a receipt that nobody can have kept for long tells a device the time."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
from nacl.signing import SigningKey

from edge.album import Album
from edge.dispatch import Dispatch
from edge.outbox import Outbox
from edge.receipts import Receipts
from edge.slots import Slots
from edge.trusted_time import TrustedTime
from sites.answer import Receipt, seal_answer
from sites.frame import digest
from tests.edge.collector_side import COLLECTOR_SIGN, DEVICE_KEY
from tests.edge.records import NOON, after, panic
from tests.edge.wire import DEVICE, RecordingWire, sender

HOURS_80 = 80 * 3600.0
CHANCE = Random(1)  # noqa: S311  # jitter, no secret


class Home:
    """Either carrier, with a clock that anybody may set and one that nobody can."""

    def __init__(self, box: Outbox, folder: Path, *, slots: bool) -> None:
        self.box = box
        self.set_to, self.steady = NOON, 0.0
        self.time = TrustedTime(lambda: self.set_to, lambda: self.steady)
        key = COLLECTOR_SIGN.verify_key
        own = Receipts(DEVICE, DEVICE_KEY, key, hear_time=self.time.hear)
        self.slots = Slots(sender(), box, own, lambda: None, CHANCE) if slots else None
        album = Album(folder / "album", DEVICE)
        self.station = Dispatch(sender(), box, album, own, CHANCE)

    def send(self) -> bytes:
        """Have an alarm go; gives its frame."""
        self.box.append(panic())
        if self.slots:
            return self.slots.compose(self.steady)
        wire = RecordingWire()
        self.station.send(wire, self.steady)
        return wire.sent[-1][1]

    def hear(self, payload: bytes) -> datetime | None:
        """Hear something; gives what time it is believed to be then."""
        (self.slots or self.station).hear(payload, self.steady)
        return self.time.now()


def receipt(sealed: bytes, at: datetime, key: SigningKey = COLLECTOR_SIGN) -> bytes:
    stored = Receipt(device=DEVICE, frame=digest(sealed), outcome="stored", at=at)
    return seal_answer(stored, key, DEVICE_KEY.verify_key)


@pytest.fixture(params=[True, False], ids=["slots", "dispatch"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    with Outbox(tmp_path / "outbox", NOON) as box:
        yield Home(box, tmp_path, slots=request.param)


def test_a_receipt_of_what_is_under_way_tells_the_time(home: Home):
    frame = home.send()
    assert home.hear(receipt(frame, NOON, DEVICE_KEY)) is None
    assert home.hear(receipt(frame, NOON)) == NOON


def test_one_that_is_played_again_after_80_hours_sets_no_clock_back(home: Home):
    old = receipt(home.send(), NOON)
    home.hear(old)
    home.steady = HOURS_80  # and somebody sets the clock back by as much
    assert home.hear(old) is None


def test_one_that_was_kept_for_80_hours_sets_no_clock_back(home: Home):
    kept = receipt(home.send(), NOON)
    home.steady = HOURS_80
    assert home.hear(kept) is None


@pytest.mark.parametrize("seconds", [60.0, HOURS_80])
def test_one_that_is_played_again_takes_no_time_away(home: Home, seconds: float):
    old = receipt(home.send(), NOON)
    home.hear(old)
    home.steady, home.set_to = seconds, after(seconds)
    assert home.hear(receipt(home.send(), home.set_to)) == home.set_to
    assert home.hear(old) == home.set_to


def test_a_collector_whose_clock_was_mended_is_believed_again(home: Home):
    assert home.hear(receipt(home.send(), after(86_400))) is None
    assert home.hear(receipt(home.send(), NOON)) == NOON


READ: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[:-1],
    "junk": lambda data: bytes(len(data)),
}


@pytest.mark.parametrize("kind", READ)
def test_what_is_no_receipt_tells_nothing(home: Home, kind: str):
    assert home.hear(READ[kind](receipt(home.send(), NOON))) is None
