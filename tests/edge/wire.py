"""A connection that records what it is given, and the parts around it."""

from pathlib import Path
from random import Random

from edge.album import Album
from edge.dispatch import Dispatch, Sender
from edge.errors import LinkError
from edge.outbox import Outbox
from edge.receipts import Receipts
from edge.slots import Slots
from sites.answer import Receipt, seal_answer
from sites.frame import Frame, digest, unseal, verify
from sites.record import Record
from sites.topic import Channel
from tests.edge.collector_side import COLLECTOR_SEAL, COLLECTOR_SIGN, DEVICE_KEY
from tests.edge.records import NOON, measurement

DEVICE = "abcdefghij234567"


class RecordingWire:
    """Stands for the broker, which is somebody else's program."""

    def __init__(self) -> None:
        self.sent: list[tuple[Channel, bytes]] = []
        self.coming: list[bytes] = []
        self.lost = False
        self.most = 1_000_000

    def publish(self, channel: Channel, payload: bytes) -> None:
        if len(self.sent) >= self.most:
            raise LinkError("full")
        self.sent.append((channel, payload))

    def take(self) -> list[bytes]:
        if self.lost:
            raise LinkError("cut by the test")
        came, self.coming = self.coming, []
        return came

    def frames(self) -> list[Frame]:
        """Open all frames that were sent."""
        return [opened(sealed) for channel, sealed in self.sent if channel != "bl"]

    def records(self) -> list[Record]:
        """Give the records of all frames, in order."""
        return [record for frame in self.frames() for record in frame.records]


def opened(sealed: bytes) -> Frame:
    """Open and check one frame."""
    return verify(unseal(sealed, COLLECTOR_SEAL), DEVICE_KEY.verify_key)


def sender(device: str = DEVICE) -> Sender:
    return Sender(device, DEVICE_KEY, COLLECTOR_SEAL.public_key, lambda: NOON)


def receipts(device: str = DEVICE) -> Receipts:
    return Receipts(device, DEVICE_KEY, COLLECTOR_SIGN.verify_key)


def dispatch(outbox: Outbox, folder: Path, device: str = DEVICE) -> Dispatch:
    """Give a station's dispatch for an outbox; its album is in `folder`."""
    album = Album(folder / "album", device)
    chance = Random(1)  # noqa: S311  # jitter, no secret
    return Dispatch(sender(device), outbox, album, receipts(device), chance)


def slots(outbox: Outbox, device: str = DEVICE) -> Slots:
    """Give a home's slots; its pulse writes a measurement, which is easy to tell."""
    chance = Random(1)  # noqa: S311  # jitter, no secret

    def pulse() -> None:
        outbox.append(measurement())

    return Slots(sender(device), outbox, receipts(device), pulse, chance)


def receipt(sealed: bytes, device: str = DEVICE) -> bytes:
    """Give the collector's receipt for one frame or part."""
    stored = Receipt(device=device, frame=digest(sealed), outcome="stored", at=NOON)
    return seal_answer(stored, COLLECTOR_SIGN, DEVICE_KEY.verify_key)
