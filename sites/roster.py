"""Who is on duty: weekly shifts on the unit's wall clock, and changes for a period.

Pure: the moment is an argument. A shift begins when the clock on the wall first shows
its start or more, so in the night of a clock change nobody comes twice, and no minute
is left over: the shift before it lasts an hour longer or shorter.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from sites.schedule import DAYS, Day, WallTime
from sites.words import Model, Slug

Part = Literal["first", "stand_in"]
LONGEST_CHANGE = timedelta(days=31)
_DAY, _WEEK, _MINUTE = timedelta(days=1), timedelta(days=7), timedelta(minutes=1)


def _on_the_minute(value: time) -> time:
    if value.second or value.microsecond:
        raise ValueError("a shift begins and ends on a whole minute")
    return value


Minute = Annotated[WallTime, AfterValidator(_on_the_minute)]


class Shift(Model):
    """On duty from `start` on each of `days` until the next `end`, on local clocks.

    An `end` that is not after `start` is on the next day. `first` has the incidents;
    `stand_in` does where `first` does not answer.
    """

    days: Annotated[tuple[Day, ...], Field(min_length=1)]
    start: Minute
    end: Minute
    first: Slug
    stand_in: Slug


class Roster(Model):
    """The week of a unit: at every minute of it exactly one shift (checked at load)."""

    time_zone: str = "Europe/Amsterdam"
    shifts: Annotated[tuple[Shift, ...], Field(min_length=1)]


class Change(NamedTuple):
    """Somebody else has a part from `since` until `until`; of two the later holds."""

    since: datetime
    until: datetime
    part: Part
    person: str


class Duty(NamedTuple):
    """Who is on duty; `stand_in` None: whoever would be has to come in first himself.

    `since` is when the shift began, or the change.
    """

    first: str
    stand_in: str | None
    since: datetime


class Stretch(NamedTuple):
    """A part of the week that a shift covers, counted from Monday 00:00."""

    start: timedelta
    end: timedelta
    shift: int


def duty_at(
    roster: Roster, at: datetime, changes: Collection[Change] = ()
) -> Duty | None:
    """Tell who is on duty at `at` (aware); None only where the week has a hole.

    `changes` are those of the unit, in the order in which they were made.
    """
    shift = _shift_at(roster, at)
    if shift is None:
        return None
    people: dict[Part, str] = {
        "first": shift.person.first,
        "stand_in": shift.person.stand_in,
    }
    since = shift.began
    for change in changes:
        if change.since <= at < change.until:
            people[change.part] = change.person
            since = max(since, change.since)
        elif change.until <= at:
            since = max(since, change.until)
    first, other = people["first"], people["stand_in"]
    return Duty(first, None if other == first else other, since)


def hand_overs(
    roster: Roster,
    since: datetime,
    until: datetime,
    changes: Collection[Change] = (),
) -> Iterator[tuple[datetime, Duty]]:
    """Give each moment after `since`, up to `until`, from which others are on duty."""
    before = duty_at(roster, since, changes)
    for at in sorted(set(_edges(roster, since, until, changes))):
        duty = duty_at(roster, at, changes)
        if duty is None:
            continue
        if before is None or duty[:2] != before[:2]:
            yield at, duty
        before = duty


def heir(
    roster: Roster,
    owner: str,
    taken: datetime,
    now: datetime,
    changes: Collection[Change] = (),
) -> str | None:
    """Tell who has an incident now that its owner went off duty; None: he keeps it.

    Who was on duty when he took it, and is not any more, has gone home. Who took it
    off duty did so knowingly, and keeps it.
    """
    before, duty = duty_at(roster, taken, changes), duty_at(roster, now, changes)
    if before is None or duty is None or owner not in before[:2]:
        return None
    return None if owner in duty[:2] else duty.first


def stretches(roster: Roster) -> list[Stretch]:
    """Give the parts of the week in order; one over Sunday night is cut in two."""
    found: list[Stretch] = []
    for number, shift in enumerate(roster.shifts):
        for day in dict.fromkeys(shift.days):
            start = _of_day(shift.start) + DAYS.index(day) * _DAY
            end = start - _of_day(shift.start) + _of_day(shift.end)
            end += _DAY if shift.end <= shift.start else timedelta()
            found.append(Stretch(start, min(end, _WEEK), number))
            if end > _WEEK:
                found.append(Stretch(timedelta(), end - _WEEK, number))
    return sorted(found)


def holes(roster: Roster) -> list[tuple[timedelta, timedelta]]:
    """Give the parts of the week in which nobody is on duty."""
    found, reached = [], timedelta()
    for stretch in stretches(roster):
        if stretch.start > reached:
            found.append((reached, stretch.start))
        reached = max(reached, stretch.end)
    return [*found, (reached, _WEEK)] if reached < _WEEK else found


def overlaps(roster: Roster) -> list[tuple[Stretch, Stretch]]:
    """Give the neighbours in the week of which the second begins too early."""
    return [two for two in pairwise(stretches(roster)) if two[1].start < two[0].end]


def people_of(roster: Roster) -> frozenset[str]:
    """Give everybody whom the roster names."""
    return frozenset(one for s in roster.shifts for one in (s.first, s.stand_in))


class _Running(NamedTuple):
    began: datetime
    wall: datetime
    person: Shift


def _shift_at(roster: Roster, at: datetime) -> _Running | None:
    zone = ZoneInfo(roster.time_zone)
    today = at.astimezone(zone).date()
    begun = [
        one
        for back in range(3)
        for one in _of_date(roster, zone, today - back * _DAY)
        if one.began <= at
    ]
    last = max(begun, key=lambda one: one[:2], default=None)
    if last is None:
        return None
    return last if at < _end_of(last, zone) else None


def _of_date(roster: Roster, zone: ZoneInfo, day: date) -> Iterator[_Running]:
    for shift in roster.shifts:
        if DAYS[day.weekday()] in shift.days:
            wall = datetime.combine(day, shift.start)
            yield _Running(_first_shown(wall, zone), wall, shift)


def _end_of(running: _Running, zone: ZoneInfo) -> datetime:
    shift = running.person
    end = datetime.combine(running.wall.date(), shift.end)
    return _first_shown(end + _DAY if shift.end <= shift.start else end, zone)


def _first_shown(wall: datetime, zone: ZoneInfo) -> datetime:
    """Give the first moment (UTC) at which the clock on the wall shows it or more."""
    at = min(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    while at.astimezone(zone).replace(tzinfo=None) < wall:
        at += _MINUTE  # only where the clock leaps over it
    return at


def _edges(
    roster: Roster, since: datetime, until: datetime, changes: Collection[Change]
) -> Iterator[datetime]:
    zone = ZoneInfo(roster.time_zone)
    day, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    while day <= last:
        for one in _of_date(roster, zone, day):
            if since < one.began <= until:
                yield one.began
        day += _DAY
    for change in changes:
        yield from (at for at in change[:2] if since < at <= until)


def _of_day(wall: time) -> timedelta:
    return timedelta(hours=wall.hour, minutes=wall.minute)
