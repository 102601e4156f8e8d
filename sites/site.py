"""What a site is: its zones, and the devices that look at them."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sites.event import ArmingMode, Quantity
from sites.safeguard import Safeguard
from sites.schedule import Schedule
from sites.sight import Preset
from sites.words import (
    DeviceId,
    KeyText,
    KitNumber,
    Model,
    Polygon,
    SiteKind,
    Slug,
    SmallNumber,
    Text,
)

ZoneKind = Literal[
    "entrance",
    "back_door",
    "counter",
    "corridor",
    "office",
    "garage",
    "car_park",
    "forecourt",
    "perimeter",
    "technical",
    "front_garden",
    "back_garden",
    "driveway",
    "hall",
    "living_room",
    "kitchen",
    "shed",
]
OUTDOOR: frozenset[ZoneKind] = frozenset(
    {
        "forecourt",
        "car_park",
        "perimeter",
        "front_garden",
        "back_garden",
        "driveway",
    },
)
Purpose = Literal[
    "overview",
    "outline",
    "discern",
    "perceive",
    "characterise",
    "validate",
    "scrutinise",
]
SensorKind = Literal["contact", "pir", "tamper", "panic", "measurement"]
ArmedIn = Annotated[tuple[ArmingMode, ...], Field(min_length=1)]
EntrySeconds = Annotated[int, Field(ge=0, le=45)]
ExitSeconds = Annotated[int, Field(ge=0, le=120)]
Pixels = Annotated[int, Field(ge=16, le=16384)]
Metres = Annotated[float, Field(gt=0, le=1000)]
Degrees = Annotated[float, Field(ge=1, le=170)]
PreRollSeconds = Annotated[int, Field(ge=0, le=30)]
CameraSource = Annotated[str, Field(min_length=1, max_length=300)]
SITE = r"^([a-z][a-z0-9-]{1,39}|[2-79ac-hj-np-z]{4}-[2-79ac-hj-np-z]{2})$"
REFERENCE = r"^[A-Z0-9-]{4,20}$"
ACCOUNT = r"^[0-9A-F]{3,16}$"
SiteId = Annotated[str, StringConstraints(pattern=SITE)]


class Zone(Model):
    """Part of a site. A station's zone may have a name; a home's never has one.

    `plan` is a polygon on the site's plan, in fractions of its width and height. A
    station's zone has one; the plan of a home stays on its kit and is never declared.
    `entry_s` is how long somebody who comes in here has to disarm; 0: none
    (EN 50131-1 allows 45 s at most).
    """

    number: SmallNumber
    kind: ZoneKind
    name: Text | None = None
    plan: Polygon | None = None
    purpose: Purpose | None = None
    armed_in: ArmedIn = ("away", "night")
    entry_s: EntrySeconds = 0


class Sensor(Model):
    """A contact, a PIR, a tamper switch, a button, or something that measures.

    `number` is what its records carry. `pin` is a GPIO number of the device.
    """

    number: SmallNumber
    kind: SensorKind
    zone: SmallNumber | None = None
    pin: Annotated[int, Field(ge=0, le=27)] | None = None
    silent: bool = False
    quantity: Quantity | None = None


class Resolution(Model):
    """The pixels of a camera's picture, as they are looked at."""

    width: Pixels
    height: Pixels


class View(Model):
    """What part of a camera's picture a zone is: a polygon in fractions.

    `distance` is in metres, from the camera to the farthest place of the zone at which
    its purpose must hold.
    """

    zone: SmallNumber
    area: Polygon
    distance: Metres | None = None


class Camera(Model):
    """A camera of a device; `masks` are zeroed before anything looks at a picture.

    `source` is a file, `made:SEED`, `usb:`, `pi:` or an address, never with a user name
    or password; `substream` the same picture in fewer pixels, which is then looked at.
    `keyframes` has only keyframes decoded, where they are close together.
    `fov` is the horizontal angle of the whole picture in degrees; with `resolution` it
    tells what a zone's purpose can be. `sensitivity` is what motion takes; `shadow`
    lets the camera try the other presets beside it, and propose one. `pre_roll_s` is
    how much of what went before a clip begins with, at least.
    """

    number: SmallNumber
    source: CameraSource
    substream: CameraSource | None = None
    keyframes: bool = False
    views: Annotated[tuple[View, ...], Field(min_length=1)]
    masks: tuple[Polygon, ...] = ()
    resolution: Resolution | None = None
    fov: Degrees | None = None
    sensitivity: Preset = "normal"
    shadow: bool = False
    pre_roll_s: PreRollSeconds = 5

    @property
    def zone(self) -> int | None:
        """The zone that it looks at; None where it views several."""
        zones = {view.zone for view in self.views}
        return zones.pop() if len(zones) == 1 else None


class Device(Model):
    """One edge agent: its id, and the Ed25519 key that signs its frames."""

    id: DeviceId
    key: KeyText
    sensors: tuple[Sensor, ...] = ()
    cameras: tuple[Camera, ...] = ()


class Site(Model):
    """A place that is watched. `id` of a home is its kit number in small letters.

    A home has no name, no plan, and nothing that says where it is;
    `reference` is the number of the control room's own agreement on the location;
    `account` the one under which an alarm receiving centre knows it (SIA DC-09). By
    `review_by` somebody looks whether all of this is still right.
    """

    id: SiteId
    unit: Slug
    kind: SiteKind
    name: Text | None = None
    kit: KitNumber | None = None
    reference: Annotated[str, Field(pattern=REFERENCE)] | None = None
    account: Annotated[str, Field(pattern=ACCOUNT)] | None = None
    call_back_tested: bool = False
    may_ring: bool | None = None
    time_zone: str = "Europe/Amsterdam"
    exit_s: ExitSeconds = 30
    schedule: Schedule = Schedule()
    zones: Annotated[tuple[Zone, ...], Field(min_length=1)]
    devices: Annotated[tuple[Device, ...], Field(min_length=1)]
    review_by: date | None = None
    safeguards: tuple[Safeguard, ...] = ()
