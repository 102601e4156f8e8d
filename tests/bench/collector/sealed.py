"""A fleet of made devices, and frames of theirs, sealed before the clock runs."""

import base64
import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from nacl.public import PublicKey
from nacl.signing import SigningKey

from sites.event import ContactClosed, ContactOpened, PanicPressed
from sites.frame import Header, encode_record, seal
from sites.keys import key_text
from sites.record import Lane, Record
from sites.topic import Path as WirePath
from tests.chaos.station import EXAMPLES

TEMPLATE = "bureau-oost"
DEVICES_A_SITE = 10
DOOR, BUTTON = 1, 2  # sensors of the first device of a site; the next has 3 and 4
APART = timedelta(microseconds=200)


@dataclass(frozen=True)
class Device:
    """One made device: its place among all gives its id, key, site and sensors."""

    number: int

    @property
    def id(self) -> str:
        raw = hashlib.sha256(b"id %d" % self.number).digest()[:10]
        return base64.b32encode(raw).decode().lower()

    @property
    def key(self) -> SigningKey:
        return SigningKey(hashlib.sha256(b"key %d" % self.number).digest())

    @property
    def site(self) -> str:
        return f"bench-{self.number // DEVICES_A_SITE:04}"

    def sensor(self, which: int) -> int:
        return self.number % DEVICES_A_SITE * 2 + which

    def topic(self, channel: Any) -> str:
        return WirePath(self.id, 1).topic(channel)


@dataclass(frozen=True)
class Load:
    """Frames in the order in which they are sent, and what they hold."""

    frames: tuple[tuple[str, bytes], ...]
    records: int
    devices: tuple[str, ...]
    run: str

    def again(self, each: int) -> "Load":
        """Give the same with every so manieth frame sent a second time, later on."""
        repeated = self.frames[::each]
        return Load(self.frames + repeated, self.records, self.devices, self.run)


def write_inventory(folder: Path, devices: Sequence[Device]) -> None:
    """Write the examples, and stations for these devices beside their sites."""
    for path in EXAMPLES.rglob("*.yaml"):
        copy = folder / path.relative_to(EXAMPLES)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text())
    site = yaml.safe_load((EXAMPLES / "sites" / f"{TEMPLATE}.yaml").read_text())
    del site["safeguards"]
    at: dict[str, list[Device]] = {}
    for device in devices:
        at.setdefault(device.site, []).append(device)
    for name, there in at.items():
        own = {"id": name, "account": f"B{name.rpartition('-')[2]}"}
        made = {**site, **own, "devices": [_declared(one) for one in there]}
        path = folder / "sites" / f"{name}.yaml"
        path.write_text(yaml.safe_dump(made, sort_keys=False, allow_unicode=True))


def _declared(device: Device) -> dict[str, Any]:
    sensors = [
        {"number": device.sensor(DOOR), "kind": "contact", "zone": 1, "pin": 17},
        {"number": device.sensor(BUTTON), "kind": "panic", "zone": 1, "pin": 24},
    ]
    key = key_text(device.key.verify_key)
    return {"id": device.id, "key": key, "sensors": sensors}


def sealed(
    devices: Sequence[Device], frames: int, per_frame: int, collector: PublicKey
) -> Load:
    """Seal so many frames of doors, the devices taking turns, with a new run."""
    run, begin = secrets.token_hex(8), datetime.now(UTC)
    keys = [device.key for device in devices]
    written = [0] * len(devices)
    made = []
    for number in range(frames):
        turn = number % len(devices)
        sent = begin + number * APART
        records = _doors(devices[turn], sent, written[turn], per_frame)
        written[turn] += per_frame
        header = Header(devices[turn].id, run, "up", sent)
        frame = seal(header, list(records), keys[turn], collector)
        made.append((devices[turn].topic("up"), frame))
    ids = tuple(device.id for device in devices)
    return Load(tuple(made), frames * per_frame, ids, run)


def _doors(device: Device, at: datetime, before: int, count: int) -> Iterator[bytes]:
    sensor = device.sensor(DOOR)
    for seq in range(before + 1, before + count + 1):
        kind = ContactOpened if seq % 2 else ContactClosed
        yield encode_record(kind(seq=seq, at=at, sensor=sensor, zone=1))


def fresh(
    device: Device, run: str, seq: int, lane: Lane, collector: PublicKey
) -> bytes:
    """Seal one record of this very moment: a pressed button, or a door."""
    now = datetime.now(UTC)
    record: Record
    if lane == "al":
        sensor = device.sensor(BUTTON)
        record = PanicPressed(seq=seq, at=now, sensor=sensor, silent=False)
    else:
        record = ContactOpened(seq=seq, at=now, sensor=device.sensor(DOOR), zone=1)
    header = Header(device.id, run, lane, now)
    return seal(header, [encode_record(record)], device.key, collector)
