"""When a site arms itself: weekly windows in its own time zone, and holidays."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from sites.event import ArmingMode
from sites.words import Model

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _on_the_wall(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("a local clock has no offset from UTC")
    return value


WallTime = Annotated[time, AfterValidator(_on_the_wall)]


class Window(Model):
    """Armed from `start` on each of `days` until the next `end`, on local clocks.

    An `end` that is not after `start` is on the next day.
    """

    days: Annotated[tuple[Day, ...], Field(min_length=1)]
    start: WallTime
    end: WallTime
    mode: ArmingMode = "away"


class Schedule(Model):
    """The windows of one site, and what a holiday does to them.

    On a holiday (`country`'s public holidays, and `closed`) the site is armed the
    whole local day.
    """

    windows: tuple[Window, ...] = ()
    country: Literal["NL", "BE", "DE"] | None = None
    closed: tuple[date, ...] = ()


class Arming(Model):
    """What the schedule says at one moment, and why."""

    mode: ArmingMode | None
    reason: Literal["window", "holiday", "closed_day", "outside_windows"]


def arming_at(schedule: Schedule, zone: ZoneInfo, at: datetime) -> Arming:
    """Decide whether the schedule arms the site at `at` (aware).

    Windows are compared on the local wall clock, so a night in which the clock
    changes is an hour longer or shorter and never has a hole in it.
    """
    local = at.astimezone(zone)
    if local.date() in schedule.closed:
        return Arming(mode="away", reason="closed_day")
    if schedule.country and _is_holiday(schedule.country, local.date()):
        return Arming(mode="away", reason="holiday")
    for window in schedule.windows:
        if _covers(window, local.replace(tzinfo=None)):
            return Arming(mode=window.mode, reason="window")
    return Arming(mode=None, reason="outside_windows")


def _covers(window: Window, local: datetime) -> bool:
    for back in (0, 1):
        begin = local.date() - timedelta(days=back)
        if DAYS[begin.weekday()] not in window.days:
            continue
        start = datetime.combine(begin, window.start)
        end = datetime.combine(begin, window.end)
        if end <= start:
            end += timedelta(days=1)
        if start <= local < end:
            return True
    return False


def _is_holiday(country: str, day: date) -> bool:
    return day in _holidays(country, day.year)


@lru_cache(maxsize=16)
def _holidays(country: str, year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415  # half a second to import; most sites need it not

    return frozenset(holidays.country_holidays(country, years=year))
