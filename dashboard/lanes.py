"""A time line in lanes, one a zone: what is drawn where, as pure geometry."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from dashboard.strip import Bar, Span, Stretch, Switch, Tick, bar, spans, ticks

Row = Mapping[str, Any]
Sort = Literal[
    "alarm", "seen", "open", "blind", "armed", "nuisance", "light", "unknown"
]

LANE = 30
LABEL = 190
TOP = 8
FOOT = 24
PULSE = timedelta(seconds=1)

_PULSES: Mapping[str, Sort] = {
    "alarm.raised": "alarm",
    "panic.pressed": "alarm",
    "duress.entered": "alarm",
    "light.changed": "light",
    "unknown": "unknown",  # of a newer version
}
# What lasts; the first are drawn first, and lie under the rest.
_PAIRS: Mapping[str, tuple[str, Sort]] = {
    "nuisance": ("nuisance.started", "nuisance"),
    "motion": ("motion.started", "seen"),
    "contact": ("contact.opened", "open"),
    "camera": ("camera.lost", "blind"),
    "tamper": ("tamper.opened", "alarm"),
}


@dataclass(frozen=True)
class Drawn:
    """One mark of a lane: `sort` is its look, `at` when it began."""

    sort: Sort
    x: float
    width: float
    at: datetime
    kind: str


@dataclass(frozen=True)
class Lane:
    """One zone, or the device itself (`zone` None), and what was seen there."""

    zone: int | None
    y: int
    marks: tuple[Drawn, ...]


@dataclass(frozen=True)
class Lanes:
    """A whole time line; `label` units left of the axis are for the zones' names."""

    lanes: tuple[Lane, ...]
    armed: tuple[Bar, ...]
    deaf: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    mark: float | None
    height: int
    stretch: Stretch

    label: int
    width: int


@dataclass(frozen=True)
class Frame:
    """What a time line is drawn on: its stretch, the place's time zone, a moment in it.

    `label` is the room for the names of the zones; `deaf` are the times in which we did
    not listen ourselves.
    """

    stretch: Stretch
    zone: str
    moment: datetime | None = None
    label: int = LABEL
    deaf: Sequence[Span] = ()


def every_for(stretch: Stretch) -> int:
    """Give the minutes between two ticks for a stretch of this length."""
    hours = (stretch.until - stretch.since) / timedelta(hours=1)
    for most, every in ((2, 15), (7, 60), (13, 120), (30, 240), (80, 720)):
        if hours <= most:
            return every
    return 1440


def draw(
    events: Sequence[Row], zones: Iterable[int], armed: Iterable[Span], frame: Frame
) -> Lanes:
    """Draw events in lanes; a zone without events keeps its empty lane."""
    by_zone: dict[int | None, list[Row]] = defaultdict(list)
    for event in events:
        by_zone[event["zone"]].append(event)
    marks = {zone: tuple(_marks(by_zone[zone], frame.stretch)) for zone in by_zone}
    order: list[int | None] = [*zones]
    order += [None] if marks.get(None) else []
    lanes = tuple(
        Lane(zone, TOP + number * LANE, marks.get(zone, ()))
        for number, zone in enumerate(order)
    )
    moment = frame.moment
    return Lanes(
        lanes=lanes,
        armed=tuple(bar(span, frame.stretch) for span in armed),
        deaf=tuple(bar(span, frame.stretch) for span in frame.deaf),
        ticks=ticks(frame.stretch, frame.zone, every_for(frame.stretch)),
        mark=frame.stretch.x(moment)
        if moment is not None and frame.stretch.holds(moment)
        else None,
        height=TOP + LANE * len(lanes) + FOOT,
        stretch=frame.stretch,
        label=frame.label,
        width=frame.label + int(frame.stretch.width),
    )


def _marks(events: Sequence[Row], stretch: Stretch) -> Iterable[Drawn]:
    yield from _lasting(events, stretch)
    for event in events:
        sort = _PULSES.get(event["kind"])
        if sort is not None and stretch.holds(event["at"]):
            least = 2.0 if sort == "light" else 5.0
            drawn = bar((event["at"], event["at"] + PULSE), stretch, least)
            yield Drawn(sort, drawn.x, drawn.width, event["at"], event["kind"])


def _lasting(events: Sequence[Row], stretch: Stretch) -> Iterable[Drawn]:
    switches: dict[tuple[str, str, int | None], list[Switch]] = defaultdict(list)
    for event in events:
        family = event["kind"].partition(".")[0]
        if family in _PAIRS:
            on = event["kind"] == _PAIRS[family][0]
            key = (family, event["device"], event["sensor"])
            switches[key].append(Switch(event["at"], on))
    order = list(_PAIRS)
    for (family, _, _), each in sorted(
        switches.items(), key=lambda item: order.index(item[0][0])
    ):
        kind, sort = _PAIRS[family]
        for span in spans(each, stretch):
            drawn = bar(span, stretch)
            yield Drawn(sort, drawn.x, drawn.width, span[0], kind)
