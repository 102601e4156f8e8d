"""The file that one device gets: what it needs of its own site, and nothing else.

It knows no unit, no site name or id, no reference, no other device: a stolen box tells
nothing of any other place. On disk it is one line with a signature by the fleet's key,
and then JSON:

    wachtpost-device-file 1 <128 hexadecimal digits>
    {"device": ..., ...}
"""

import re

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey
from pydantic import Field, ValidationError

from sites.errors import DeviceFileError
from sites.inventory import Inventory
from sites.schedule import Schedule
from sites.site import ArmedIn, Camera, EntrySeconds, ExitSeconds, Sensor, ZoneKind
from sites.words import DeviceId, Model, SiteKind, SmallNumber

MAX_BYTES = 262_144

_TITLE = b"wachtpost-device-file 1 "
_SIGNATURE = re.compile(rb"[0-9a-f]{128}")


class DeviceZone(Model):
    """A zone as a device knows it: a number and what it is for; never a name."""

    number: SmallNumber
    kind: ZoneKind
    armed_in: ArmedIn = ("away", "night")
    entry_s: EntrySeconds = 0


class DeviceFile(Model):
    """All that one device gets to know."""

    device: DeviceId
    site_kind: SiteKind
    time_zone: str = "Europe/Amsterdam"
    exit_s: ExitSeconds = 30
    schedule: Schedule = Schedule()
    zones: tuple[DeviceZone, ...] = Field(min_length=1)
    sensors: tuple[Sensor, ...] = ()
    cameras: tuple[Camera, ...] = ()

    @property
    def home(self) -> bool:
        """Whether the device stands in a home, which sends little and no pictures."""
        return self.site_kind == "home"


def cut(inventory: Inventory, device: str) -> DeviceFile:
    """Cut the file of one device; raises UnknownDeviceError."""
    own = inventory.device(device)
    site = inventory.site_of(device)
    return DeviceFile(
        device=own.id,
        site_kind=site.kind,
        time_zone=site.time_zone,
        exit_s=site.exit_s,
        schedule=site.schedule,
        zones=tuple(
            DeviceZone(
                number=zone.number,
                kind=zone.kind,
                armed_in=zone.armed_in,
                entry_s=zone.entry_s,
            )
            for zone in site.zones
        ),
        sensors=own.sensors,
        cameras=tuple(_without_distances(camera) for camera in own.cameras),
    )


def _without_distances(camera: Camera) -> Camera:
    """Leave out what tells the plan of a home; only the check of a purpose needs it."""
    views = tuple(view.model_copy(update={"distance": None}) for view in camera.views)
    return camera.model_copy(update={"views": views})


def sign(file: DeviceFile, key: SigningKey) -> bytes:
    """Write a device's file as it goes to the device, signed by the fleet's key."""
    body = file.model_dump_json(indent=2).encode() + b"\n"
    signature = key.sign(_TITLE + body).signature
    return _TITLE + signature.hex().encode() + b"\n" + body


def read(data: bytes, key: VerifyKey) -> DeviceFile:
    """Read what `sign` wrote; raises DeviceFileError, and nothing else.

    Nothing is parsed before the signature has been found good.
    """
    if len(data) > MAX_BYTES:
        raise DeviceFileError(f"it has {len(data)} bytes, {MAX_BYTES} at most")
    head, _, body = data.partition(b"\n")
    if not head.startswith(_TITLE):
        raise DeviceFileError("it does not begin as one of version 1 does")
    _verify(head.removeprefix(_TITLE), body, key)
    try:
        return DeviceFile.model_validate_json(body, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise DeviceFileError(f"{place}: {first['msg']}") from None


def _verify(digits: bytes, body: bytes, key: VerifyKey) -> None:
    if not _SIGNATURE.fullmatch(digits):
        raise DeviceFileError("its signature is not 128 hexadecimal digits")
    try:
        key.verify(_TITLE + body, bytes.fromhex(digits.decode()))
    except BadSignatureError:
        raise DeviceFileError(
            "its signature is not by the expected key, or it was changed"
        ) from None
