"""The state of a place in one word, with its reason: a pure decision."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

State = Literal["urgent", "attention", "notice", "blind", "calm"]
ORDER: tuple[State, ...] = ("urgent", "attention", "blind", "notice", "calm")

# The collector says within 20 s that a device is silent. Where nobody has said so and
# nothing was heard for this long, the collector itself is away, and we do not know.
STALE = timedelta(seconds=60)


@dataclass(frozen=True)
class WayLost:
    """A path of a device that is lost."""

    way: int
    since: datetime


@dataclass(frozen=True)
class CameraLost:
    """A camera that shows nothing to be trusted, in its device's own words."""

    camera: int
    since: datetime
    reason: str
    suspect: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "CameraLost":
        """Take the record of the loss; where nothing is suspected it is `unknown`."""
        data = row["data"]
        reason, suspect = data.get("reason", "unknown"), data.get("suspect", "unknown")
        return cls(row["sensor"], row["at"], reason, suspect)


@dataclass(frozen=True)
class DeviceSeen:
    """A device as far as it was heard; `heard` None: never."""

    device: str
    heard: datetime | None
    silent_since: datetime | None
    cameras_blind: int = 0
    ways_lost: tuple[WayLost, ...] = ()
    cameras_lost: tuple[CameraLost, ...] = ()

    @classmethod
    def of(
        cls,
        row: Mapping[str, Any],
        ways_lost: Iterable[WayLost] = (),
        cameras_lost: Iterable[CameraLost] = (),
    ) -> "DeviceSeen":
        """Take a device as the store gives it, with its last `heartbeat` if known."""
        cameras = (row.get("heartbeat") or {}).get("cameras_blind", 0)
        heard, silent = row["heard"], row["silent_since"]
        return cls(
            row["device"],
            heard,
            silent,
            int(cameras),
            tuple(ways_lost),
            tuple(cameras_lost),
        )


@dataclass(frozen=True)
class Blind:
    """One reason for which a place is not watched; `since` None: always so.

    `cameras` is how many see nothing where they are told together, `lost` the camera
    that is told alone.
    """

    why: Literal[
        "silent", "never_heard", "never_heard_any", "cameras", "camera", "outage"
    ]
    device: str
    number: int
    since: datetime | None = None
    cameras: int = 0
    lost: CameraLost | None = None

    @property
    def suspect(self) -> str | None:
        """What it probably is, as far as a device can tell."""
        if self.why == "outage":
            return "outage"
        return self.lost.suspect if self.lost else None


@dataclass(frozen=True)
class Standing:
    """How a place stands: `states` from worst to least, never empty."""

    states: tuple[State, ...]
    blind: tuple[Blind, ...]

    @property
    def rank(self) -> int:
        """0 for what needs somebody most."""
        return ORDER.index(self.states[0])


def standing(
    devices: Sequence[DeviceSeen], priorities: Sequence[State], now: datetime
) -> Standing:
    """Decide how a place stands from its devices and its open incidents."""
    blind = tuple(
        reason
        for number, device in enumerate(devices, start=1)
        for reason in blindness(device, number, now)
    )
    if all(device.heard is None for device in devices):
        blind = (Blind("never_heard_any", "", 0),)
    found: set[State] = set(priorities)
    if blind:
        found.add("blind")
    return Standing(
        tuple(state for state in ORDER if state in found) or ("calm",), blind
    )


def silent_since(device: DeviceSeen, now: datetime) -> datetime | None:
    """Tell since when nothing is heard of a device; None where it is heard."""
    if device.silent_since is not None:
        return device.silent_since
    if device.heard is not None and now - device.heard > STALE:
        return device.heard
    return None


def blindness(device: DeviceSeen, number: int, now: datetime) -> tuple[Blind, ...]:
    """Give the reasons for which a device does not watch at present."""
    if device.heard is None:
        return (Blind("never_heard", device.device, number),)
    since = silent_since(device, now)
    if since is not None:
        return (Blind("silent", device.device, number, since),)
    return tuple(_cameras(device, number))


def _cameras(device: DeviceSeen, number: int) -> Iterable[Blind]:
    lost = device.cameras_lost
    together = [one for one in lost if one.suspect == "outage"]
    if len(together) > 1:
        since = min(one.since for one in together)
        yield Blind("outage", device.device, number, since, len(together))
    for one in lost:
        if one not in together or len(together) == 1:
            yield Blind("camera", device.device, number, one.since, lost=one)
    unnamed = device.cameras_blind - len(lost)
    if unnamed > 0:
        yield Blind("cameras", device.device, number, cameras=unnamed)
