"""Which clip shows what an incident is about, and what is known of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from collector.database import Transaction
from dashboard.page import QUERIES

Row = Mapping[str, Any]
# How far the clip has come: all of it, some, none; or what came was not it.
ClipState = Literal["whole", "coming", "kept", "refused"]

NEAR = timedelta(seconds=60)  # what was filmed this long before or after is about it
_NONE = timedelta()


@dataclass(frozen=True)
class Clip:
    """A film that a device kept; it begins `before` what happened `at`.

    `digest` is its SHA-256, `received` when the last part of it was there.
    """

    digest: str
    device: str
    camera: int | None
    at: datetime
    length: timedelta
    before: timedelta
    state: ClipState
    received: datetime | None

    @classmethod
    def of(cls, row: Row) -> "Clip":
        """Take a record of a kept clip, with what the store has of the clip itself."""
        data = row["data"]
        return cls(
            digest=data["clip"],
            device=row["device"],
            camera=row["sensor"],
            at=row["at"],
            length=timedelta(seconds=data["seconds"]),
            before=timedelta(seconds=data["before"]),
            state=_state(row),
            received=row["complete"],
        )

    @property
    def since(self) -> datetime:
        """The moment of its first picture."""
        return self.at - self.before

    @property
    def until(self) -> datetime:
        """The moment of its last picture."""
        return self.since + self.length

    def gap(self, at: datetime) -> timedelta:
        """Give how far a moment lies outside of the clip; nothing where it is in it."""
        return max(self.since - at, at - self.until, _NONE)


def _state(row: Row) -> ClipState:
    if row["complete"] is not None:
        return "whole" if row["sort"] == "mp4" else "refused"
    if row["refused"] is not None:
        return "refused"
    return "coming" if row["received"] is not None else "kept"


def about(records: Sequence[Row], clips: Iterable[Clip]) -> Clip | None:
    """Choose the clip that shows the records of an incident best.

    Of the camera that spoke rather than of another; of the first record rather than of
    a later one; and the nearest in time. None where none of the same device is NEAR.
    """
    found = [
        ((clip.camera != record["sensor"], place, gap, clip.at), clip)
        for clip in clips
        for place, record in enumerate(records)
        if clip.device == record["device"] and (gap := clip.gap(record["at"])) <= NEAR
    ]
    return min(found, key=lambda pair: pair[0], default=(None, None))[1]


async def clip_about(
    transaction: Transaction, site: str, records: Sequence[Row]
) -> Clip | None:
    """Read the clip that belongs to the records of an incident, if any was kept."""
    if not records:
        return None
    moments = [record["at"] for record in records]
    rows = await transaction.all(
        QUERIES["clips_around"],
        site=site,
        devices=sorted({record["device"] for record in records}),
        since=min(moments) - NEAR * 2,
        until=max(moments) + NEAR * 2,
    )
    return about(records, [Clip.of(row) for row in rows])
