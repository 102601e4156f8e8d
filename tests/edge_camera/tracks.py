"""Drawn things and tracks for tests of what becomes of motion."""

from collections.abc import Callable, Iterable, Sequence

from edge.sight.motion import Ended, Started
from edge.sight.picture import Moment
from edge.sight.sieve import Sieve, Told
from edge.sight.thing import Thing
from sites.sight import Side

SIZE = (90, 160)
STEP = 0.2  # seconds; five looks a second
Course = Callable[[float], tuple[float, float] | None]


def thing(x: float, y: float, wide: int = 8, high: int = 20) -> Thing:
    """A thing with its middle at (x, y) px, cut off by the picture's sides."""
    left, right = max(0.0, x - wide / 2), min(160.0, x + wide / 2)
    top, foot = max(0.0, y - high / 2), min(90.0, y + high / 2)
    box = (left / 160, top / 90, (right - left) / 160, (foot - top) / 90)
    centre = ((left + right) / 320, (top + foot) / 180)
    return Thing(round((right - left) * (foot - top)), box, centre)


def started(seconds: float = 0.0, zone: str = "yard", area: float = 0.01) -> Started:
    return Started(
        zone, Moment(round(seconds * 10), seconds), (0, 0, 0.1, 0.2), area, 1
    )


def ended(
    seconds: float = 10.0,
    *,
    zone: str = "yard",
    lasted: float = 6.0,
    area: float = 0.01,
    entered: Side | None = "left",
    left: Side | None = "right",
) -> Ended:
    moment = Moment(round(seconds * 10), seconds)
    return Ended(zone, moment, lasted, (0, 0, 0.1, 0.2), area, 1, entered, left)


def play(
    sieve: Sieve,
    looks: Iterable[tuple[float, Sequence[Thing]]],
    raw: Callable[[float], bool] = lambda _: True,
) -> list[Told]:
    """Have a sieve of the zone `yard` take looks; `raw` says when motion goes on."""
    told: list[Told] = []
    for seconds, things in looks:
        moment = Moment(round(seconds * 10), seconds)
        going_on = []
        if raw(seconds) and things:
            large = max(things, key=lambda one: one.pixels)
            area = large.pixels / (SIZE[0] * SIZE[1])
            going_on = [Started("yard", moment, large.box, area, 0.9)]
        told += sieve.sift(
            going_on, sorted(things, key=lambda one: -one.pixels), moment
        )
    return told


def seconds_of(until: float, since: float = 0.0) -> list[float]:
    """The moments of looks from `since` to `until`."""
    return [
        round(since + number * STEP, 3)
        for number in range(round((until - since) / STEP) + 1)
    ]
