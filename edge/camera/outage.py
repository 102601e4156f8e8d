"""Is it tamper or an outage, when cameras of one device are lost? Pure: time is given.

A loss is told at once, so that a cut cable waits for nobody. What it is may be known
only when the other cameras were given time to fall silent as well: then it is told
once more, with what is behind it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from edge.errors import Loss

TOGETHER_S = 15.0  # a dead switch is noticed camera by camera, as each times out
SILENT = frozenset({Loss.MISSING, Loss.REFUSED, Loss.FROZEN, Loss.HUNG})

Cause = Literal["tamper", "outage", "unknown"]
Reason = Literal[
    "shown", "all_silent", "one_silent", "only_camera", "not_silent", "too_soon"
]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What is behind the losses, as far as one device can tell, and why."""

    cause: Cause
    reason: Reason


@dataclass(frozen=True, slots=True)
class Lost:
    """A camera that is lost: why, since when (seconds of one clock), and what was told.

    `told` is what was said to be behind it, None if nothing yet.
    """

    loss: Loss
    since: float
    told: Cause | None = None


def suspect(
    number: int, lost: Mapping[int, Lost], cameras: int, now: float
) -> Suspicion:
    """Say what is behind the loss of one camera, of so many on the device.

    1. Whoever covers, turns or loops a camera is there: tamper, whatever else is lost.
    2. What ends, breaks or crashes without silence is no outage and no hand.
    3. A device's only camera that falls silent tells nothing.
    4. All silent at once is power or network.
    5. One that is silent while others see on is tamper, when these had time to follow.
    """
    mine = lost[number]
    if mine.loss.is_seen:
        return Suspicion("tamper", "shown")
    if mine.loss not in SILENT:
        return Suspicion("unknown", "not_silent")
    if cameras == 1:
        return Suspicion("unknown", "only_camera")
    together = [
        other
        for other in lost.values()
        if other.loss in SILENT and abs(other.since - mine.since) <= TOGETHER_S
    ]
    if len(together) == cameras:
        return Suspicion("outage", "all_silent")
    if now - mine.since < TOGETHER_S:
        return Suspicion("unknown", "too_soon")
    return Suspicion("tamper", "one_silent")


class Outage:
    """Keeps which cameras of a device are lost, and what was told to be behind it."""

    def __init__(self, cameras: int) -> None:
        self._cameras = cameras
        self._lost: dict[int, Lost] = {}

    def lose(
        self, number: int, loss: Loss, since: float
    ) -> dict[int, tuple[Lost, Cause]]:
        """Note that a camera is lost; return what is to be told of which camera."""
        self._lost[number] = Lost(loss, since)
        return self.settle(since)

    def restore(self, number: int) -> None:
        """Note that a camera is back."""
        self._lost.pop(number, None)

    def settle(self, now: float) -> dict[int, tuple[Lost, Cause]]:
        """Return of which cameras something else is known now than was told.

        What was told to be tamper or an outage stays so: a person acts on it already.
        """
        news: dict[int, tuple[Lost, Cause]] = {}
        for number, lost in self._lost.items():
            if lost.told in {"tamper", "outage"}:
                continue
            cause = suspect(number, self._lost, self._cameras, now).cause
            if cause != lost.told:
                news[number] = (lost, cause)
        for number, (lost, cause) in news.items():
            self._lost[number] = replace(lost, told=cause)
        return news
