"""What a device says of itself: its runs, outbox, disk, clock, and what it obeyed."""

from typing import Annotated, ClassVar, Literal

import msgspec

from sites.record import Count, Fraction, Lane, LeavesHome, Record

RunId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}\Z")]
Jump = Annotated[float, msgspec.Meta(ge=-1e10, le=1e10)]
OrderWord = Literal["accept_view", "hold_clip", "release_clip", "arm", "restart"]
# Why a command from afar was not obeyed.
CommandTrouble = Literal[
    "forged",  # not signed by the key for commands, or not even by the collector
    "another_device",  # good, but for another device
    "repeated",  # its number is not above that of the last one obeyed
    "expired",  # it came too late: somebody kept it back
    "too_early",  # it says that it was made in the future
    "unknown_order",  # well signed, and nothing that this version knows
    "not_allowed_here",  # nothing that may be ordered at a home
    "no_key",  # this device takes no commands from afar
    "no_time",  # what time it is cannot be told; it may come again
    "memory_lost",  # made before the memory of what was obeyed was lost
    "not_kept",  # its number could not be written down; it may come again
    "not_done",  # no such camera or clip, or an alarm stands
    "interrupted",  # the device died over it, and does not know how far it came
]


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


class CommandObeyed(Record, frozen=True, tag="command.obeyed"):
    """A command from afar was carried out."""

    lane: ClassVar[Lane] = "al"
    leaves_home: ClassVar[LeavesHome] = "always"

    number: Count
    order: OrderWord


class CommandRefused(Record, frozen=True, tag="command.refused"):
    """A command from afar was ignored, `count` times the same one.

    `number` is None where nobody vouches for it.
    """

    lane: ClassVar[Lane] = "al"
    leaves_home: ClassVar[LeavesHome] = "always"

    reason: CommandTrouble
    number: Count | None = None
    count: Count = 1
