"""From what a camera's process says to records, and how many cameras are blind."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from msgspec import structs
from msgspec.structs import asdict

from edge.camera import sighting as seen
from edge.camera.outage import Cause, Lost, Outage
from edge.sight.shape import Box
from sites.event import KINDS
from sites.record import Record
from sites.sight import CameraLost

See = Callable[[Record, bytes | None], object]


class Cameras:
    """Hands on what the cameras of a device see; each is known by its number."""

    def __init__(self, numbers: list[int], see: See) -> None:
        self._see = see
        self.count = len(numbers)
        self._trusted = dict.fromkeys(numbers, False)
        self._deceived: set[int] = set()
        self._outage = Outage(len(numbers))

    @property
    def blind(self) -> int:
        """How many cameras show nothing that can be trusted, or have not begun to."""
        return list(self._trusted.values()).count(False)

    def take(self, number: int, sighting: seen.Sighting) -> None:
        """Take one sighting of camera `number`."""
        self._judge(number, sighting)
        if isinstance(sighting, seen.CameraLost):
            self._tell_lost(self._outage.lose(number, sighting.reason, sighting.at))
            return
        if isinstance(sighting, seen.CameraRestored):
            self._outage.restore(number)
        record = record_of(number, sighting)
        if record is not None:
            picture = (
                sighting.snapshot if isinstance(sighting, seen.MotionStarted) else None
            )
            self._see(record, picture)

    def tick(self, now: datetime) -> None:
        """Tell what is known by now to be behind a loss; it is a second old or more."""
        self._tell_lost(self._outage.settle(now.timestamp()))

    def _tell_lost(self, news: dict[int, tuple[Lost, Cause]]) -> None:
        for number, (lost, cause) in news.items():
            sighting = seen.CameraLost(lost.since, lost.loss)
            record = record_of(number, sighting)
            if isinstance(record, CameraLost):
                self._see(structs.replace(record, suspect=cause), None)

    def _judge(self, number: int, sighting: seen.Sighting) -> None:
        """Count a camera as blind from its loss on.

        Where pictures still come, the process lives and motion may be seen on a cloth:
        only its word that the scene is back ends that.
        """
        if isinstance(sighting, seen.CameraLost):
            self._trusted[number] = False
            if sighting.reason.is_seen:
                self._deceived.add(number)
        elif isinstance(sighting, seen.CameraRestored):
            self._trusted[number] = True
            self._deceived.discard(number)
        elif not isinstance(sighting, seen.MotionEnded):
            self._trusted[number] = number not in self._deceived


def record_of(number: int, sighting: seen.Sighting) -> Record | None:
    """Write a sighting as the record of the same kind; None for a sign of life."""
    if isinstance(sighting, seen.Alive):
        return None
    fields: dict[str, Any] = {
        name: _ROUNDED[name](value) if value is not None and name in _ROUNDED else value
        for name, value in asdict(sighting).items()
        if name not in _NOT_TOLD
    }
    return KINDS[str(sighting.__struct_config__.tag)](sensor=number, **fields)


_NOT_TOLD = {"snapshot", "ordered"}  # between a camera's process and the agent alone


def _fraction(number: float) -> float:
    return round(min(1.0, max(0.0, number)), 4)


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _box(box: Box) -> Box:
    left, top, width, height = (_fraction(part) for part in box)
    return left, top, width, height


def _millis(seconds: float) -> float:
    return round(seconds, 3)


_ROUNDED: dict[str, Callable[[Any], object]] = {
    "at": _time,
    "zone": int,
    "box": _box,
    "area": _fraction,
    "score": _fraction,
    "seconds": _millis,
    "before": _millis,
    "reason": str,
}
