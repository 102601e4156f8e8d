"""Which clips make room. Pure: the time is an argument."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

import msgspec

Reason: TypeAlias = Literal["motion", "alarm"]
Kept: TypeAlias = Literal["motion", "alarm", "hold"]

DAY_S = 86_400.0
_LATEST = datetime.max.replace(tzinfo=UTC)
_ORDER: tuple[Kept, ...] = ("motion", "alarm")  # who gives way first; hold never


class Kind(msgspec.Struct, frozen=True):
    """What a quota needs to know of a clip.

    Attributes:
        clip: its SHA-256, hexadecimal.
        kept: why it is kept: `motion` (ordinary), `alarm` (an alarm or an order), or
            `hold` (evidence: a person said so).
        at: when it ended, by the clock that the device had then.
        size: bytes.
        since: from when on it ages; None while no clock can be trusted.
    """

    clip: str
    kept: Kept
    at: datetime
    size: int
    since: datetime | None = None


def overdue(clips: Iterable[Kind], now: datetime, keep: timedelta) -> list[Kind]:
    """Return the clips that have lived as long as they may."""
    aging = ((one, one.since) for one in clips if one.kept != "hold")
    return [one for one, since in aging if since and now - since > keep]


def giving_way(clips: Iterable[Kind], excess: int) -> list[Kind]:
    """Return the clips that go so that `excess` bytes come free.

    The oldest ordinary ones first, alarms next, what is on hold never; so what is freed
    may be less than asked. Those that do not age yet are the newest.
    """
    waiting = [one for one in clips if one.kept in _ORDER]
    waiting.sort(key=lambda one: (_ORDER.index(one.kept), one.since or _LATEST, one.at))
    going: list[Kind] = []
    for one in waiting:
        if excess <= 0:
            break
        going.append(one)
        excess -= one.size
    return going


def days_left(clips: Iterable[Kind], now: datetime, room: int) -> float | None:
    """Say in how many days `room` bytes are used up, at the rate of the last day.

    None where nothing was kept in that time. Less than a day of clips counts as the
    time they span, an hour at least.
    """
    # a clock that was set back makes a clip of the future: it is as new as can be
    ages = [(max(0.0, (now - one.at).total_seconds()), one.size) for one in clips]
    recent = [(age, size) for age, size in ages if age <= DAY_S]
    written = sum(size for _, size in recent)
    if not written:
        return None
    has_older = len(recent) < len(ages)
    span = DAY_S if has_older else max(3600.0, *(age for age, _ in recent))
    return max(0, room) / (written * DAY_S / span)
