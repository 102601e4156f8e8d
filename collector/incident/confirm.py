"""An alarm and a loss close to each other confirm each other: pure decisions.

EN 50131 calls an alarm confirmed by two sources of different nature. Whoever breaks in
cuts the line first, or is seen on the way to it: so in either order. A person's own
press is no part of this: it needs no second source.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from collector.incident.rules import Standing
from collector.incident.weigh import LOSSES, Case, Known
from collector.intake.row import EventRow

ALARMS = frozenset({"alarm.raised", "tamper.opened"})
APART = timedelta(minutes=30)  # at most, between an alarm and a loss


@dataclass(frozen=True, slots=True)
class Window:
    """What to look for beside a case: kinds of record that happened in this time."""

    kinds: frozenset[str]
    since: datetime
    until: datetime


def window(case: Case) -> Window | None:
    """Say where the other half may be; None for a case that is neither."""
    own = LOSSES if case.is_loss else ALARMS
    spans = [_span(row) for row in case.records if row.kind in own]
    if not spans:
        return None
    return Window(
        ALARMS if case.is_loss else LOSSES,
        min(since for since, _ in spans) - APART,
        max(until for _, until in spans) + APART,
    )


def confirming(case: Case, known: Iterable[Known]) -> tuple[Known, ...]:
    """Choose the records that confirm a case, or that it confirms."""
    wanted = window(case)
    if wanted is None:
        return ()
    own = LOSSES if case.is_loss else ALARMS
    spans = [_span(row) for row in case.records if row.kind in own]
    return tuple(
        one
        for one in known
        if one.kind in wanted.kinds and any(_close(span, _span(one)) for span in spans)
    )


def homes(
    case: Case, others: Sequence[Known], standing: Iterable[Standing]
) -> list[Standing]:
    """Give the standing incidents of alarms that a loss belongs to: all of them."""
    if not case.is_loss:
        return []
    wanted = {one.incident for one in others if one.stands}
    return [one for one in standing if one.incident in wanted]


def going_on(
    case: Case, others: Sequence[Known], standing: Iterable[Standing]
) -> list[Standing]:
    """Give the incidents of nothing but losses that go on as that of an alarm."""
    if case.is_loss:
        return []
    wanted = {one.incident for one in others if one.stands}
    return [one for one in standing if one.incident in wanted and one.losses_alone]


def _span(row: EventRow | Known) -> tuple[datetime, datetime]:
    # A loss is found when it has lasted; an alarm takes no time.
    return row.moment - timedelta(seconds=row.data.get("unheard_s", 0)), row.moment


def _close(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    return one[0] - other[1] <= APART and other[0] - one[1] <= APART
