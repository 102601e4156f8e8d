"""What a device can write down: the closed enumeration of record kinds.

Nothing here can hold a name, an address, a coordinate or free text: every field is a
number, a truth value, a time or a word from a fixed list. A zone and a sensor are
numbers that mean something only beside the inventory.
"""

from typing import Annotated, ClassVar, Literal

import msgspec

from sites.health import (
    CertificateAsked,
    ClockChanged,
    CommandObeyed,
    CommandRefused,
    DiskFilling,
    DiskFull,
    DiskRestored,
    Heartbeat,
    OutboxDamaged,
    RecordsDropped,
    RunStarted,
)
from sites.record import Digest, Lane, LeavesHome, Number, Record
from sites.sight import (
    CameraLost,
    CameraRestored,
    ClipKept,
    LensDirty,
    LightChanged,
    MotionEnded,
    MotionStarted,
    NuisanceEnded,
    NuisanceStarted,
    PresetProposed,
    VisitLingered,
    VisitsRepeated,
)

# Wider than any quantity, and so narrow that no sum of them leaves a float's range.
Reading = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]

ArmingMode = Literal["away", "night"]
Hand = Literal["schedule", "hand", "start"]
Quantity = Literal["temperature", "humidity", "light", "co2", "humidity_ratio"]
Cause = Literal["contact", "motion", "tamper"]


class ContactOpened(Record, frozen=True, tag="contact.opened"):
    """A door or window was opened.

    `while_blind`: while the device was down; `at` is when it was found so.
    """

    zone: Number
    while_blind: bool = False


class ContactClosed(Record, frozen=True, tag="contact.closed"):
    """A door or window was closed.

    `while_blind`: while the device was down; `at` is when it was found so.
    """

    zone: Number
    while_blind: bool = False


class TamperOpened(Record, frozen=True, tag="tamper.opened"):
    """A housing was opened, or a line was cut.

    `while_blind`: while the device was down; `at` is when it was found so.
    """

    lane: ClassVar[Lane] = "al"
    leaves_home: ClassVar[LeavesHome] = "always"

    while_blind: bool = False


class TamperClosed(Record, frozen=True, tag="tamper.closed"):
    """The housing is closed again.

    `while_blind`: while the device was down; `at` is when it was found so.
    """

    leaves_home: ClassVar[LeavesHome] = "always"

    while_blind: bool = False


class PanicPressed(Record, frozen=True, tag="panic.pressed"):
    """Somebody asks for help; a silent one is never answered by ringing."""

    lane: ClassVar[Lane] = "al"
    leaves_home: ClassVar[LeavesHome] = "always"

    silent: bool


class DuressEntered(Record, frozen=True, tag="duress.entered"):
    """Somebody is forced to disarm."""

    lane: ClassVar[Lane] = "al"
    leaves_home: ClassVar[LeavesHome] = "always"


class AlarmRaised(Record, frozen=True, tag="alarm.raised"):
    """The panel raised an alarm because of `cause` at `sensor` in `zone`.

    `picture` is that of the motion which was the cause, at a station. `while_blind`:
    it happened while the device was down; `at` is when it was found.
    """

    lane: ClassVar[Lane] = "al"
    leaves_home: ClassVar[LeavesHome] = "always"

    cause: Cause
    zone: Number | None = None
    picture: Digest | None = None
    while_blind: bool = False


class AlarmEnded(Record, frozen=True, tag="alarm.ended"):
    """The panel left the alarm state."""

    lane: ClassVar[Lane] = "al"
    leaves_home: ClassVar[LeavesHome] = "in_alarm"


class PanelArmed(Record, frozen=True, tag="panel.armed"):
    """The panel is armed, after its exit delay."""

    mode: ArmingMode
    by: Hand


class PanelDisarmed(Record, frozen=True, tag="panel.disarmed"):
    """The panel is disarmed."""

    by: Hand


class EntryStarted(Record, frozen=True, tag="entry.started"):
    """Somebody came in while armed and has `seconds` to disarm."""

    zone: Number
    seconds: Annotated[int, msgspec.Meta(ge=0, le=45)]


class MeasurementTaken(Record, frozen=True, tag="measurement.taken"):
    """A number that a sensor read.

    Units: temperature in °C, humidity in % relative, light in lux, co2 in ppm,
    humidity_ratio in kg water per kg air.
    """

    quantity: Quantity
    value: Reading


AnyRecord = (
    ContactOpened
    | ContactClosed
    | MotionStarted
    | MotionEnded
    | LightChanged
    | NuisanceStarted
    | NuisanceEnded
    | LensDirty
    | VisitsRepeated
    | VisitLingered
    | PresetProposed
    | ClipKept
    | TamperOpened
    | TamperClosed
    | PanicPressed
    | DuressEntered
    | AlarmRaised
    | AlarmEnded
    | PanelArmed
    | PanelDisarmed
    | EntryStarted
    | MeasurementTaken
    | RunStarted
    | RecordsDropped
    | Heartbeat
    | ClockChanged
    | CertificateAsked
    | CameraLost
    | CameraRestored
    | OutboxDamaged
    | DiskFilling
    | DiskFull
    | DiskRestored
    | CommandObeyed
    | CommandRefused
)

KINDS: dict[str, type[Record]] = {
    str(kind.__struct_config__.tag): kind for kind in AnyRecord.__args__
}


def kind_of(record: Record) -> str:
    """Give the word for a record's kind, such as `contact.opened`."""
    return str(type(record).__struct_config__.tag)


def may_leave(record: Record, *, home: bool, in_alarm: bool) -> bool:
    """Tell whether a record may be sent from this site at all.

    A station sends everything. A home sends what its kind allows, in the state that
    its panel is in; what may not leave is never numbered, so that it leaves no gap.
    """
    if not home:
        return True
    allowed = type(record).leaves_home
    return allowed == "always" or (allowed == "in_alarm" and in_alarm)
