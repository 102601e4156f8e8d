"""Is it tamper or an outage, when cameras of one device are lost? A pure decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from edge.errors import Loss

TOGETHER_S = 15.0  # a dead switch is noticed camera by camera, as each times out
SILENT = frozenset({Loss.MISSING, Loss.REFUSED, Loss.FROZEN, Loss.HUNG})

Cause = Literal["tamper", "outage", "unknown"]
Reason = Literal["shown", "all_silent", "one_silent", "only_camera", "not_silent"]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What is behind the losses, as far as one device can tell, and why."""

    cause: Cause
    reason: Reason


@dataclass(frozen=True, slots=True)
class Lost:
    """A camera that is lost: why, and since when (seconds of one clock)."""

    loss: Loss
    since: float


def suspect(lost: Mapping[int, Lost], cameras: int) -> Suspicion:
    """Say what is behind the cameras that are lost now, of so many.

    1. Whoever covers, turns or loops a camera is there: tamper, whatever else is lost.
    2. All silent at once is power or network; a device's only camera tells nothing.
    3. One that falls silent while others see on is tamper.
    4. What ends, breaks or crashes without silence is no outage and no hand.
    """
    if any(one.loss.is_seen for one in lost.values()):
        return Suspicion("tamper", "shown")
    silent = [one.since for one in lost.values() if one.loss in SILENT]
    if not silent:
        return Suspicion("unknown", "not_silent")
    if cameras == 1:
        return Suspicion("unknown", "only_camera")
    together = len(silent) == cameras and max(silent) - min(silent) <= TOGETHER_S
    if together:
        return Suspicion("outage", "all_silent")
    return Suspicion("tamper", "one_silent")
