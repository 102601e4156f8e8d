"""At every minute exactly one is on duty who can be told, and somebody stands in."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sites.complaint import quote
from sites.draft import Draft, Finding, Place, Placed
from sites.escalation import AWAKE, Escalation, EscalationStep, later_than
from sites.roster import Part, Roster, holes, overlaps
from sites.schedule import DAYS
from sites.unit import Unit

ON_DUTY = frozenset({"coordinator", "deputy", "desk"})
_PARTS: tuple[Part, Part] = ("first", "stand_in")
_PRIORITIES = ("urgent", "attention")
_DAY = timedelta(days=1)


def roster_findings(draft: Draft) -> Iterator[Finding]:
    """Find rosters with a hole, and escalations that reach nobody or come late."""
    if draft.policy_place is not None:
        place = draft.policy_place.at("escalation")
        yield from _escalation(place, draft.policy.escalation)
    for unit in draft.units:
        if unit.thing.roster is not None:
            yield from _roster(unit, unit.thing.roster)
        own = unit.thing.policy.escalation
        if own is not None:
            place = unit.place.at("policy", "escalation")
            yield from _escalation(place, own)
            yield from _later(place, own, draft.policy.escalation)


def _roster(unit: Placed[Unit], roster: Roster) -> Iterator[Finding]:
    place = unit.place.at("roster")
    try:
        ZoneInfo(roster.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        what = f"time_zone: {quote(roster.time_zone)} is no time zone"
        yield Finding(place.at("time_zone"), what)
    if "roster" in unit.lost:
        return
    for start, end in holes(roster):
        what = (
            f"the roster has a hole: nobody is on duty {_week(start)} to {_week(end)}"
        )
        yield Finding(place.at("shifts"), what)
    for first, second in overlaps(roster):
        what = f"two shifts overlap on {_week(second.start)}"
        there = place.at("shifts", second.shift)
        yield Finding(there, what, place.at("shifts", first.shift))
    for number, shift in enumerate(roster.shifts):
        for part in _PARTS:
            there = place.at("shifts", number, part)
            yield from _person(unit, there, part, getattr(shift, part))
        if shift.first == shift.stand_in:
            what = f"stand_in: {shift.first!r} cannot stand in for himself"
            yield Finding(place.at("shifts", number, "stand_in"), what)


def _person(
    unit: Placed[Unit], place: Place, part: str, name: str
) -> Iterator[Finding]:
    found = next((one for one in unit.thing.people if one.id == name), None)
    if found is None:
        if "people" not in unit.lost:
            what = f"{part}: the unit {unit.thing.id!r} has nobody called {name!r}"
            yield Finding(place, what)
    elif found.role not in ON_DUTY:
        what = f"{part}: {name!r} is a {found.role!r}, and has no incidents"
        yield Finding(place, what)
    elif found.tell is None:
        what = f"{part}: {name!r} cannot be told anything: there is no 'tell'"
        yield Finding(place, what)


def _escalation(place: Place, escalation: Escalation) -> Iterator[Finding]:
    for priority in _PRIORITIES:
        steps: tuple[EscalationStep, ...] = getattr(escalation, priority)
        there = place.at(priority)
        if steps[0].after_s:
            what = f"after_s: the first step is at the deadline, not {steps[0].after_s}"
            yield Finding(there.at(0, "after_s"), f"{what} seconds after it")
        for number in range(1, len(steps)):
            if steps[number].after_s <= steps[number - 1].after_s:
                what = f"after_s: {steps[number].after_s} is not after the step before"
                yield Finding(there.at(number, "after_s"), what)
    last = len(escalation.urgent) - 1
    if AWAKE.isdisjoint(escalation.urgent[last].tells):
        what = "tells: the last urgent step reaches neither the control room"
        what = f"{what} (control_room) nor the 24-hour desk (desk)"
        yield Finding(place.at("urgent", last, "tells"), what)


def _later(place: Place, own: Escalation, national: Escalation) -> Iterator[Finding]:
    for priority in _PRIORITIES:
        late = later_than(getattr(own, priority), getattr(national, priority))
        for told, bound in late:
            what = f"{priority}: {told!r} is told later than the national {bound} s"
            yield Finding(place.at(priority), f"{what} after the deadline, or never")


def _week(moment: timedelta) -> str:
    day, rest = divmod(moment, _DAY)
    minutes = rest // timedelta(minutes=1)
    return f"{DAYS[day % 7]} {minutes // 60:02d}:{minutes % 60:02d}"
