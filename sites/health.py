"""What a device says of itself: its runs, its outbox, its disk and its clock."""

from typing import Annotated, ClassVar

import msgspec

from sites.record import Count, Fraction, Lane, LeavesHome, Record

RunId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}\Z")]
Jump = Annotated[float, msgspec.Meta(ge=-1e10, le=1e10)]


class RunStarted(Record, frozen=True, tag="run.started"):
    """The agent started: names the run before it and how far its lanes had come.

    `clock_trusted`: the device's clock is known to be right.
    """

    lane: ClassVar[Lane] = "al"
    leaves_home: ClassVar[LeavesHome] = "always"

    previous: RunId | None = None
    last_al: Count = 0
    last_up: Count = 0
    clock_trusted: bool = True


class RecordsDropped(Record, frozen=True, tag="records.dropped"):
    """Stands in the place of records of its lane that are gone.

    Those of `first` to `last` that do not come are gone; `count` is how many, where
    the device knows.
    """

    leaves_home: ClassVar[LeavesHome] = "always"

    first: Count
    last: Count
    count: Count | None = None


class Heartbeat(Record, frozen=True, tag="heartbeat"):
    """The device lives; how it is.

    `clock_trusted`: its clock is known to be right.
    """

    leaves_home: ClassVar[LeavesHome] = "always"

    uptime_s: Count
    backlog_al: Count
    backlog_up: Count
    disk_free: Fraction
    cameras: Count = 0
    cameras_blind: Count = 0
    clock_trusted: bool = True


class ClockChanged(Record, frozen=True, tag="clock.changed"):
    """The device's clock jumped by so many seconds, forward if positive.

    `at` is the time after it; what the run wrote before is off by as much.
    """

    lane: ClassVar[Lane] = "al"
    leaves_home: ClassVar[LeavesHome] = "always"

    seconds: Jump
    trusted: bool = True


class CertificateAsked(Record, frozen=True, tag="certificate.asked"):
    """A path wants a new certificate, for a key that the device made.

    `way` is that of the path, `key` the public half (see `sites.certificate`).
    """

    leaves_home: ClassVar[LeavesHome] = "always"

    way: Annotated[int, msgspec.Meta(ge=1, le=9)]
    key: Annotated[str, msgspec.Meta(pattern=r"^0[23][0-9a-f]{64}\Z")]


class OutboxDamaged(Record, frozen=True, tag="outbox.damaged"):
    """The outbox on disk was damaged; what was whole is kept."""

    lane: ClassVar[Lane] = "al"
    leaves_home: ClassVar[LeavesHome] = "always"

    segments: Count
    lost_bytes: Count


class DiskFilling(Record, frozen=True, tag="disk.filling"):
    """So much of the disk is used: told at 80 and at 90 percent."""

    lane: ClassVar[Lane] = "al"
    leaves_home: ClassVar[LeavesHome] = "always"

    used: Fraction


class DiskFull(Record, frozen=True, tag="disk.full"):
    """Only alarms are still written down."""

    lane: ClassVar[Lane] = "al"
    leaves_home: ClassVar[LeavesHome] = "always"

    free_bytes: Count


class DiskRestored(Record, frozen=True, tag="disk.restored"):
    """There is room again."""

    leaves_home: ClassVar[LeavesHome] = "always"

    free_bytes: Count
