"""Seven days before one house, as events: what ordinary people do, and who is planted.

All of it is simulated; no film of seven days exists here. What it rests on:

- Residents make 2.7 trips a day each (Statistics Netherlands, Odin: 2.6 to 2.8), which
  is as often out and in again. The door is in the picture: they come out of the midst
  of it and leave over one side, so they do not cross; one in five goes from side to
  side all the same (to the bicycle, to the bins).
- Post comes six days a week once a day, and a household gets about one parcel a week
  (Dutch market authority, post and parcel monitor). Both come to the door and turn.
- Neighbours walk their dog past two to three times a day, at their hours, with days
  off; other people cross at a rate that is drawn for each house: on own ground (what
  the counters are for) from one in three days to 8 a day; `busy` is a street.
- Cats cross at any hour, a handful of times a day, some days not at all.
- Everybody is seen at another distance, so areas and durations spread by a factor.

Planted are passers who look like none of these: three times within 24 hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from edge.sight.motion import Ended
from edge.sight.visits import DAY_S, Repeated, Visits
from sites.sight import Side
from tests.edge_camera.tracks import ended

DAYS = 7
AREAS = {"cat": 0.003, "dog": 0.012, "walker": 0.015, "resident": 0.02, "scooter": 0.04}
LASTS = {"cat": 9.0, "dog": 12.0, "walker": 8.0, "resident": 10.0, "scooter": 2.0}
SPREAD = 0.25  # of the logarithm: a quarter more or less is usual
OUT: tuple[Side | None, Side | None] = (None, "bottom")
STREET: tuple[Side, Side] = ("left", "right")
PATH: tuple[Side, Side] = ("bottom", "top")


@dataclass(frozen=True)
class Passed:
    at: float
    event: Ended
    planted: int | None = None

    @property
    def hour(self) -> int:
        return int(self.at % DAY_S // 3600)


def _passed(
    random: np.random.Generator,
    at: float,
    who: str,
    sides: tuple[Side | None, Side | None],
    planted: int | None = None,
) -> Passed:
    came, went = sides if random.random() < 0.5 else sides[::-1]
    if who != "resident" and random.random() < 0.1:
        went = None  # the last looks are lost now and then
    event = ended(
        at,
        lasted=float(LASTS[who] * np.exp(random.normal(0, SPREAD))),
        area=float(AREAS[who] * np.exp(random.normal(0, SPREAD))),
        entered=came,
        left=went,
    )
    return Passed(at, event, planted)


def _waking(random: np.random.Generator) -> float:
    """A second of the day: people go about between 7 and 23, most in the afternoon."""
    hour = float(np.clip(random.normal(15, 3.6), 6.5, 23.5))
    return hour * 3600


def ordinary(seed: int, days: int = DAYS, *, busy: bool = False) -> Iterator[Passed]:
    """What happens before a house, day after day."""
    random = np.random.default_rng(seed)
    residents = int(random.integers(1, 5))
    street = float(np.exp(random.uniform(np.log(0.3), np.log(8)))) * (20 if busy else 1)
    dogs = float(random.uniform(6.5, 8.5)), float(random.uniform(17, 22))
    cats = float(random.uniform(0.5, 6))
    for day in range(days):
        began = day * DAY_S
        yield from _household(random, began, residents, post=day % 7 != 6)
        for _ in range(random.poisson(street)):
            yield _passed(random, began + _waking(random), "walker", STREET)
        yield from _dogs(random, began, dogs)
        for _ in range(random.poisson(cats)):
            at = began + float(random.uniform(0, DAY_S))
            yield _passed(random, at, "cat", PATH if random.random() < 0.5 else STREET)


def _household(
    random: np.random.Generator, began: float, residents: int, *, post: bool
) -> Iterator[Passed]:
    for _ in range(2 * random.poisson(2.7 * residents)):
        way: tuple[Side | None, Side | None] = PATH if random.random() < 0.2 else OUT
        yield _passed(random, began + _waking(random), "resident", way)
    if post:
        at = began + float(random.normal(12.5, 1)) * 3600
        yield _passed(random, at, "walker", ("left", "left"))
    for _ in range(random.poisson(1 / 7)):
        yield _passed(random, began + _waking(random), "walker", ("left", "left"))


def _dogs(
    random: np.random.Generator, began: float, hours: tuple[float, float]
) -> Iterator[Passed]:
    """Out and back, morning and evening, with days off."""
    for hour in hours:
        for later in (0, 0.4):
            if random.random() < 0.85:
                at = hour + later + float(random.normal(0, 0.4))
                yield _passed(random, began + at * 3600, "dog", STREET)


def planted(seed: int, number: int, day: int) -> list[Passed]:
    """Three passes of a stranger, within 24 hours from some hour of `day`."""
    random = np.random.default_rng((seed, number))
    began = day * DAY_S + random.uniform(0, DAY_S)
    times = began + np.sort(random.uniform(0, 0.98 * DAY_S, 3))
    way: tuple[Side, Side] = ("left", "top") if number % 2 else STREET
    passes = []
    for at in times:
        one = _passed(random, float(at), "scooter", way, number)
        sides = way if random.random() < 0.5 else way[::-1]
        event = ended(
            one.at,
            lasted=one.event.seconds,
            area=one.event.area,
            entered=sides[0],
            left=sides[1],
        )
        passes.append(Passed(one.at, event, number))
    return passes


@dataclass(frozen=True)
class Week:
    """What was told in a week: of strangers (which), and of nobody."""

    found: frozenset[int]
    false: int


def watch(passes: list[Passed], state_at: float | None = None) -> Week:
    """Count the passes of a week; with `state_at`, over a restart at that second."""
    visits = Visits()
    visits.watch(0.0)
    told: list[tuple[Passed, Repeated]] = []
    for one in sorted(passes, key=lambda one: one.at):
        if state_at is not None and one.at > state_at:
            visits, state_at = Visits(state=visits.state()), None
        repeated = visits.end(one.event, one.at, one.hour)
        if repeated:
            told.append((one, repeated))
    found = frozenset(one.planted for one, _ in told if one.planted is not None)
    return Week(found, sum(one.planted is None for one, _ in told))
