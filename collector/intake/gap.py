"""Numbers that did not come though later ones did: pure decisions.

A gap is told when it stayed open for BOUND after later numbers arrived. Only the time
counts in which we listened ourselves and had nothing waiting, as for a silence.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby

from collector.intake.presence import DEAF, Listening, waited
from collector.intake.row import EventRow

BOUND = timedelta(seconds=60)


@dataclass(frozen=True, order=True)
class Hole:
    """Numbers first..last of a lane that are missing now."""

    device: str
    run: str
    lane: str
    first: int
    last: int
    unit: str
    site: str


@dataclass(frozen=True)
class Gap:
    """A hole, since when it is known, and whether people were told.

    `paused`: so much of the time until then did not count.
    """

    hole: Hole
    since: datetime
    told: bool = False
    paused: timedelta = field(default=timedelta(), compare=False)


@dataclass(frozen=True)
class Decision:
    """The gaps as they are now, those to be told, and the sites where all came."""

    gaps: tuple[Gap, ...]
    tell: tuple[Gap, ...]
    ended: frozenset[str]


def decide(
    known: Sequence[Gap], holes: Iterable[Hole], now: datetime, listening: Listening
) -> Decision:
    """Follow what is known of gaps to the holes of now.

    What is left of a hole, in one piece or in two, is as old as the whole, and is told
    once. What was told is a hole until it came, whatever else became of it.
    """
    gaps, tell = [], []
    for hole in sorted(holes):
        gap = _from(hole, known, now)
        open_for = min(now - gap.since, listening.since) - listening.behind
        if not gap.told and open_for >= BOUND:
            gap = replace(gap, told=True, paused=now - gap.since - open_for)
            tell.append(gap)
        gaps.append(gap)
    ended = _told(known) - _told(gaps)
    return Decision(tuple(gaps), tuple(tell), frozenset(ended))


def records_withheld(told: Iterable[Gap], now: datetime) -> list[EventRow]:
    """Say that records are missing: one row for all that is told of a lane at once."""
    return [
        _row(list(gaps), now) for _, gaps in groupby(told, lambda gap: _lane(gap.hole))
    ]


def _from(hole: Hole, known: Iterable[Gap], now: datetime) -> Gap:
    for gap in known:
        before = gap.hole
        if _lane(before) == _lane(hole) and before.first <= hole.first <= before.last:
            return replace(gap, hole=hole)
    return Gap(hole, now)


def _lane(hole: Hole) -> tuple[str, str, str]:
    return hole.device, hole.run, hole.lane


def _told(gaps: Iterable[Gap]) -> set[str]:
    return {gap.hole.site for gap in gaps if gap.told}


def _row(gaps: Sequence[Gap], now: datetime) -> EventRow:
    holes = [gap.hole for gap in gaps]
    first, last = holes[0], holes[-1]
    longest = max(gaps, key=lambda gap: gap.paused)
    late = longest.paused > DEAF
    return EventRow(
        device=first.device,
        run=f"gap-{first.run}-{first.lane}",
        lane="al",
        seq=first.first,
        at=now,
        received=now,
        unit=first.unit,
        site=first.site,
        kind="records.withheld",
        data={
            "lane": first.lane,
            "first": first.first,
            "last": last.last,
            "missing": sum(hole.last - hole.first + 1 for hole in holes),
        }
        | (waited(now - longest.since, longest.paused) if late else {}),
    )
