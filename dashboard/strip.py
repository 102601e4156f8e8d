"""What a stretch of time looks like: where marks stand and what lies between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

WIDTH = 1000.0
DAY = timedelta(hours=24)
HOUR_MIN = 60


@dataclass(frozen=True)
class Stretch:
    """From one moment to another, on so many units of paper."""

    since: datetime
    until: datetime
    width: float = WIDTH

    def x(self, at: datetime) -> float:
        """Give where a moment stands, held within the paper."""
        share = (at - self.since) / (self.until - self.since)
        return round(min(1.0, max(0.0, share)) * self.width, 1)

    def holds(self, at: datetime) -> bool:
        """Tell whether a moment is on the paper."""
        return self.since <= at <= self.until


@dataclass(frozen=True)
class Bar:
    """Something that lasts: from `x`, `width` wide."""

    x: float
    width: float


@dataclass(frozen=True)
class Tick:
    """An hour on the axis, in the place's own time."""

    x: float
    at: datetime


@dataclass(frozen=True)
class Switch:
    """Something that went on or off."""

    at: datetime
    on: bool


@dataclass(frozen=True)
class Strip:
    """The last 24 hours of a place: alarms, movement while armed, blind.

    And quietly what asks for nothing: times of nuisance, changes of light.
    """

    alarms: tuple[float, ...]
    moved: tuple[float, ...]
    armed: tuple[Bar, ...]
    blind: tuple[Bar, ...]
    nuisance: tuple[Bar, ...]
    light: tuple[float, ...]
    ticks: tuple[Tick, ...]
    alarm_number: int
    moved_number: int


@dataclass(frozen=True)
class Mark:
    """Several of a kind within five minutes of one device."""

    device: str
    sort: str
    first: datetime
    last: datetime
    number: int


Span = tuple[datetime, datetime]


def spans(switches: Iterable[Switch], stretch: Stretch) -> list[Span]:
    """Give the times during which it was on, cut to the stretch.

    Switches come in order and may begin before the stretch; still on at its end lasts
    to the end.
    """
    found: list[Span] = []
    begun: datetime | None = None
    for switch in switches:
        if switch.on and begun is None:
            begun = switch.at
        elif not switch.on and begun is not None:
            found.append((begun, switch.at))
            begun = None
    if begun is not None:
        found.append((begun, stretch.until))
    return [
        (max(first, stretch.since), min(last, stretch.until))
        for first, last in found
        if last >= stretch.since and first <= stretch.until
    ]


def bar(span: Span, stretch: Stretch, least: float = 4.0) -> Bar:
    """Draw a span; never so narrow that it cannot be seen."""
    x = stretch.x(span[0])
    width = max(least, round(stretch.x(span[1]) - x, 1))
    return Bar(min(x, stretch.width - width), width)


def ticks(stretch: Stretch, zone: str, every: int) -> tuple[Tick, ...]:
    """Give the times that stand on the axis, every so many minutes of the local day."""
    place = ZoneInfo(zone)
    step = timedelta(minutes=min(every, HOUR_MIN))
    at = stretch.since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    found = []
    while at <= stretch.until:
        # Steps of real time: the local clock may stand still or jump meanwhile.
        local = at.astimezone(place)
        minutes = local.hour * HOUR_MIN + local.minute
        if at >= stretch.since and minutes % every == 0:
            found.append(Tick(stretch.x(at), local))
        at += step
    return tuple(found)


@dataclass(frozen=True)
class Lasted:
    """What lasted at a place; `armed` is by device, since each has its own panel."""

    armed: dict[str, list[Span]]
    blind: Sequence[Span]
    nuisance: Sequence[Span] = ()


def day_strip(
    marks: Sequence[Mark], lasted: Lasted, stretch: Stretch, zone: str
) -> Strip:
    """Draw a place's day."""
    alarms = [mark for mark in marks if mark.sort == "alarm"]
    moved = [
        mark
        for mark in marks
        if mark.sort == "moved"
        and any(
            first <= mark.last and mark.first <= last
            for first, last in lasted.armed.get(mark.device, ())
        )
    ]
    return Strip(
        alarms=tuple(stretch.x(mark.first) for mark in alarms),
        moved=tuple(stretch.x(mark.first) for mark in moved),
        armed=tuple(bar(span, stretch) for span in _merged(lasted.armed.values())),
        blind=tuple(bar(span, stretch, 8.0) for span in _merged([lasted.blind])),
        nuisance=tuple(bar(span, stretch) for span in _merged([lasted.nuisance])),
        light=tuple(stretch.x(mark.first) for mark in marks if mark.sort == "light"),
        ticks=ticks(stretch, zone, 6 * HOUR_MIN),
        alarm_number=sum(mark.number for mark in alarms),
        moved_number=sum(mark.number for mark in moved),
    )


def _merged(groups: Iterable[Sequence[Span]]) -> list[Span]:
    found: list[Span] = []
    for first, last in sorted(span for group in groups for span in group):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found
