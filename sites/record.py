"""What every record has: its number, its time, and whether it may leave a home.

Nothing here can hold a name, an address, a coordinate or free text: every field is a
number, a truth value, a time or a word from a fixed list.
"""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

import msgspec

Lane = Literal["al", "up"]
LeavesHome = Literal["always", "in_alarm", "never"]
Number = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Fraction = Annotated[float, msgspec.Meta(ge=0, le=1)]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e9)]


class Record(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag_field="kind",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """One thing that a device wrote down.

    `seq` counts 1, 2, 3 ... within a run and a lane, without gaps. `at` is when it
    happened, aware and in UTC, set once and never changed. `sensor` is the number of
    the sensor or camera on this device, None where the device itself speaks.
    """

    lane: ClassVar[Lane] = "up"
    leaves_home: ClassVar[LeavesHome] = "never"

    seq: Count = 0
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    sensor: Number | None = None
