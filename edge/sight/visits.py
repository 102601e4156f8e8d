"""Counts who comes by again and again, and who stays long. Pure: seconds are given.

A pass is a visit that came in over one side of the picture and went out over another
within a minute. Two are of one kind in the same zone, over the same two sides (either
way round), of about the same size and duration. Three of a kind in 24 h are told if
that is unusual here: what came by on earlier days says how many are to be expected,
with the doubt that few days leave (a Poisson count whose rate is gamma-distributed).
So a street that is always busy is silent, and a scooter that comes by three times on a
quiet path is not. Nothing is told of repeats in
the first three days.
"""

import math
from collections.abc import Sequence

import msgspec

from edge.sight.zone import Ended, Started
from sites.sight import Side

DAY_S = 86_400.0
KEPT_DAYS = 14
LEARNT_DAYS = 2.0  # before the last day: fewer say little of what is usual
MOST = 3000  # passes that are kept; a busy street needs no more to be known as one
LONGEST_PASS_S = 60.0  # who is there for longer stays
LEAST = 1e-4  # of seconds and areas: none is nothing
FEWEST = 3  # passes within 24 h
UNUSUAL = 0.01  # chance that so many are ordinary ...
TRIALS = 10  # ... and less where more come by in a day: chance has more trials there
PRIOR_RATE, PRIOR_DAYS = 0.5, 0.5  # the gamma distribution before anything was seen
ALIKE = 3.0  # times as large or as long: the same one, seen from another side
KNOWN = 3.3  # times, likewise: something of the kind is known from earlier days
NIGHT = (22, 6)  # hours of the site; a night's passes are also compared with nights'
LARGEST_STATE = 512 * 1024  # bytes


class Pass(msgspec.Struct, frozen=True, array_like=True):
    """Somebody or something went through a zone.

    Attributes:
        at: seconds of its end, on the clock that the counters are given.
        sides: that it came in and went out over, in the order of the alphabet.
        night: it was between 22:00 and 6:00 at the site; None if nobody knows.
    """

    at: float
    zone: str
    sides: tuple[Side, Side]
    seconds: float
    area: float
    night: bool | None = None

    def is_like(self, other: "Pass", times: float = ALIKE) -> bool:
        """Say whether it may have been the same one, or is of its kind."""
        return (
            self.zone == other.zone
            and self.sides == other.sides
            and math.hypot(
                _ratio(self.area, other.area), _ratio(self.seconds, other.seconds)
            )
            <= math.log(times)
        )


class VisitsState(msgspec.Struct, frozen=True):
    """What is kept over a restart; no picture, no path."""

    since: float | None
    passes: list[Pass]
    told: list[Pass]


class Repeated(msgspec.Struct, frozen=True):
    """A pass of one kind came by `visits` times within 24 h, which is unusual here."""

    zone: str
    visits: int


class Lingered(msgspec.Struct, frozen=True):
    """What came into the zone is still there after `seconds`."""

    zone: str
    seconds: float


class Visits:
    """The counters of one camera. `linger` is after how many seconds a stay is told."""

    def __init__(self, linger: float = 90.0, state: bytes | None = None) -> None:
        self._linger = linger
        self._since: float | None = None
        self._passes: list[Pass] = []
        self._told: list[Pass] = []
        self._began: dict[str, float] = {}
        self._lingering: set[str] = set()
        if state:
            self._take(state)

    def begin(self, started: Started, at: float) -> None:
        """Take note that motion started in a zone, at `at` seconds."""
        self._began[started.zone] = at

    def end(self, ended: Ended, at: float, hour: int | None = None) -> Repeated | None:
        """Take note of the end of a visit; say if it is a repeat that should be told.

        `at` is when it ended; `hour` is the site's hour of the day, if known.
        """
        self._began.pop(ended.zone, None)
        self._lingering.discard(ended.zone)
        self.watch(at)
        one = _pass(ended, at, hour)
        if one is None:
            return None
        self._passes.append(one)
        self._forget(at)
        return self._judge(one)

    def watch(self, at: float) -> None:
        """Take note that the camera looks: days without a visit count as well."""
        if self._since is None:
            self._since = at

    def linger(self, at: float) -> list[Lingered]:
        """Give the visits that have just become long ones, each once."""
        long = [
            Lingered(zone, at - began)
            for zone, began in self._began.items()
            if at - began >= self._linger and zone not in self._lingering
        ]
        self._lingering.update(one.zone for one in long)
        return long

    def state(self) -> bytes:
        """Give what is to be kept over a restart."""
        state = VisitsState(self._since, self._passes, self._told)
        return msgspec.json.encode(state)

    def _judge(self, one: Pass) -> Repeated | None:
        """Tell a kind once in 24 h, and only if it is unusual."""
        recent = [past for past in self._told if one.at - past.at < DAY_S]
        self._told = recent
        if any(past.is_like(one) for past in recent):
            return None
        days = (one.at - (one.at if self._since is None else self._since)) / DAY_S - 1
        if days < LEARNT_DAYS:
            return None
        today = [past for past in self._passes if one.at - past.at < DAY_S]
        earlier = [past for past in self._passes if one.at - past.at >= DAY_S]
        alike = [past for past in today if past.is_like(one)]
        known = [past for past in earlier if past.is_like(one, KNOWN)]
        least = UNUSUAL / max(1.0, len(today) / TRIALS)
        nightly = _at_night(alike), _at_night(known)
        if not (
            _is_unusual(len(alike), len(known), days, least)
            or (one.night and _is_unusual(*nightly, days, least))
        ):
            return None
        self._told.append(one)
        return Repeated(one.zone, len(alike))

    def _forget(self, at: float) -> None:
        oldest = at - KEPT_DAYS * DAY_S
        self._passes = [one for one in self._passes if one.at >= oldest][-MOST:]
        if self._since is not None:
            first = self._passes[0].at if len(self._passes) == MOST else oldest
            self._since = max(self._since, oldest, first)

    def _take(self, state: bytes) -> None:
        """Go on with a state that was kept; one that is no state is left alone."""
        if len(state) > LARGEST_STATE:
            return
        try:
            kept = msgspec.json.decode(state, type=VisitsState)
        except msgspec.DecodeError:
            return
        self._since = kept.since
        self._passes, self._told = kept.passes[-MOST:], kept.told


def _pass(ended: Ended, at: float, hour: int | None) -> Pass | None:
    came, went = ended.entered, ended.left
    if came is None or went is None or came == went:
        return None
    if ended.seconds > LONGEST_PASS_S:
        return None
    night = None if hour is None else hour >= NIGHT[0] or hour < NIGHT[1]
    sides = (came, went) if came < went else (went, came)
    return Pass(at, ended.zone, sides, round(ended.seconds, 1), ended.area, night)


def _at_night(passes: Sequence[Pass]) -> int:
    return sum(bool(one.night) for one in passes)


def _is_unusual(count: int, before: int, days: float, least: float) -> bool:
    """Say whether `count` in a day is too many, with `before` in `days` days before."""
    return count >= FEWEST and chance_of(count, before, days) < least


def chance_of(count: int, before: int, days: float) -> float:
    """Return the chance of `count` or more in a day.

    The rate is not known, but that there were `before` in `days` days: the count then
    has a negative binomial distribution.
    """
    shape, scale = before + PRIOR_RATE, days + PRIOR_DAYS
    stay = scale / (scale + 1)
    part = stay**shape
    fewer = 0.0
    for number in range(count):
        fewer += part
        part *= (shape + number) / (number + 1) * (1 - stay)
    return max(0.0, 1 - fewer)


def _ratio(one: float, other: float) -> float:
    """Return the logarithm of how many times as much one is."""
    return math.log(max(one, LEAST) / max(other, LEAST))
