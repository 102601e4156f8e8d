"""A station's plan: zones and sensors in their present state, as pure geometry."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Literal

Row = Mapping[str, Any]
ZoneState = Literal["urgent", "alarm", "blind", "moved", "open", "quiet"]
SensorState = Literal["on", "off", "lost"]

WIDTH = 720
HEIGHT = 480
DOT_STEP = 24
NAME_WIDE = 100  # half of a zone's name with its state, as a rule
LOW = 70  # a zone less high than this has room for one line

_ON = frozenset({"motion.started", "contact.opened", "tamper.opened"})


@dataclass(frozen=True)
class Dot:
    """One sensor on the plan."""

    x: float
    y: float
    kind: str
    number: int
    state: SensorState


@dataclass(frozen=True)
class Area:
    """One zone on the plan: its corners, where its name stands, how it is."""

    zone: Row
    points: str
    x: float
    y: float
    low: bool
    state: ZoneState
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class Present:
    """What is so at present: the last of each switch, alarms, devices not heard.

    `alarm_zones` tells of each zone with an open incident whether it is urgent.
    """

    last: Sequence[Row]
    alarm_zones: Mapping[int, bool]
    silent: AbstractSet[str]


def areas(
    zones: Iterable[Row], sensors: Sequence[Row], present: Present
) -> tuple[Area, ...]:
    """Draw every zone with its sensors."""
    return tuple(_area(zone, sensors, present) for zone in zones if zone["plan"])


def _area(zone: Row, sensors: Sequence[Row], present: Present) -> Area:
    number = zone["number"]
    corners = [(x * WIDTH, y * HEIGHT) for x, y in zone["plan"]]
    x, y = middle(corners)
    low = max(corner[1] for corner in corners) - min(c[1] for c in corners) < LOW
    own = [
        sensor
        for sensor in sensors
        if sensor["zone"] == number and sensor["kind"] != "measurement"
    ]
    # Where there is room for one line only, the sensors stand beside the zone; and
    # beside its name, where that is wider.
    right, left = max(c[0] for c in corners), min(c[0] for c in corners)
    beside = max(right, x + NAME_WIDE) if right - left < NAME_WIDE * 2 else right
    begin = beside + 16 if low else x - DOT_STEP * (len(own) - 1) / 2
    dots = tuple(
        Dot(
            round(begin + DOT_STEP * place, 1),
            round(y if low else y + 30, 1),
            sensor["kind"],
            sensor["number"],
            _sensor_state(sensor, present),
        )
        for place, sensor in enumerate(own)
    )
    points = " ".join(f"{x:.0f},{y:.0f}" for x, y in corners)
    state = _zone_state(number, dots, present)
    return Area(zone, points, round(x, 1), round(y, 1), low, state, dots)


def _zone_state(number: int, dots: Sequence[Dot], present: Present) -> ZoneState:
    if number in present.alarm_zones:
        return "urgent" if present.alarm_zones[number] else "alarm"
    if dots and all(dot.state == "lost" for dot in dots):
        return "blind"
    on = {row["kind"] for row in present.last if row["zone"] == number}
    if "motion.started" in on:
        return "moved"
    return "open" if "contact.opened" in on else "quiet"


def _sensor_state(sensor: Row, present: Present) -> SensorState:
    own = [
        row["kind"]
        for row in present.last
        if (row["device"], row["sensor"]) == (sensor["device"], sensor["number"])
    ]
    if sensor["device"] in present.silent or "camera.lost" in own:
        return "lost"
    return "on" if _ON & set(own) else "off"


def middle(corners: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Give the centre of gravity of a polygon; of a flat one, the mean of corners."""
    area = x = y = 0.0
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        cross = x0 * y1 - x1 * y0
        area += cross
        x += (x0 + x1) * cross
        y += (y0 + y1) * cross
    if abs(area) < 1:
        count = len(corners)
        return sum(c[0] for c in corners) / count, sum(c[1] for c in corners) / count
    return x / (3 * area), y / (3 * area)
