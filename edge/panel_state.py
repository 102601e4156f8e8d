"""What the panel knows, what it is told by the site file, and what it decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from sites.device_file import DeviceFile
from sites.event import ArmingMode, Cause, Hand
from sites.record import Record
from sites.schedule import Schedule

Phase = Literal["disarmed", "arming", "armed", "entry", "alarm"]
Reason = Literal[
    "alarm",
    "already_armed",
    "already_disarmed",
    "already_raised",
    "armed",
    "arming",
    "closed",
    "disarmed",
    "duress",
    "entry_delay",
    "entry_over",
    "exit_delay",
    "in_alarm",
    "kept_in_alarm",
    "mode_changed",
    "noted",
    "nothing",
    "open_when_armed",
    "panic",
    "sensor_open",
    "started",
    "zone_not_armed",
]


class Pending(msgspec.Struct, frozen=True):
    """What began an entry delay, and will be the alarm's cause when it runs out.

    `while_blind`: it happened while the device was down.
    """

    cause: Cause
    sensor: int | None
    zone: int | None
    while_blind: bool = False


class PanelState(msgspec.Struct, frozen=True, kw_only=True):
    """All that the panel knows; it survives a restart.

    `until` ends an exit or entry delay. `raised` are the sensors that raised an alarm
    since it began. `scheduled` is what the schedule said last, so that its changes
    count and a hand can overrule it. `open` are contacts and housings that stand open.
    """

    phase: Phase = "disarmed"
    mode: ArmingMode | None = None
    by: Hand = "start"
    until: datetime | None = None
    pending: Pending | None = None
    raised: frozenset[int] = frozenset()
    scheduled: ArmingMode | None = None
    open: frozenset[int] = frozenset()


@dataclass(frozen=True)
class PanelZone:
    """When a zone is armed, and how long somebody who comes in there may take."""

    armed_in: tuple[ArmingMode, ...] = ("away", "night")
    entry_s: int = 0


@dataclass(frozen=True)
class PanelPlan:
    """What the site file says. `contacts` and `tampers` give a sensor's zone."""

    zones: Mapping[int, PanelZone]
    contacts: Mapping[int, int] = field(default_factory=dict)
    tampers: Mapping[int, int | None] = field(default_factory=dict)
    exit_s: int = 30
    schedule: Schedule = field(default_factory=Schedule)
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Amsterdam"))


@dataclass(frozen=True)
class Decision:
    """The state after something happened, what to write down, and why.

    `sensors` are those that the reason is about.
    """

    state: PanelState
    reason: Reason
    records: tuple[Record, ...] = ()
    sensors: tuple[int, ...] = ()


def plan_of(site: DeviceFile) -> PanelPlan:
    """Give the panel what it needs of the site file."""
    return PanelPlan(
        zones={
            zone.number: PanelZone(zone.armed_in, zone.entry_s) for zone in site.zones
        },
        contacts={
            sensor.number: sensor.zone or 1
            for sensor in site.sensors
            if sensor.kind == "contact"
        },
        tampers={
            sensor.number: sensor.zone
            for sensor in site.sensors
            if sensor.kind == "tamper"
        },
        exit_s=site.exit_s,
        schedule=site.schedule,
        time_zone=ZoneInfo(site.time_zone),
    )
