"""The one national policy; a unit may only be stricter."""

from typing import Annotated

from pydantic import Field

from sites.escalation import Escalation
from sites.person import NationalPerson
from sites.words import Model

Seconds = Annotated[int, Field(gt=0)]
Days = Annotated[int, Field(gt=0)]


class Policy(Model):
    """Bounds for everybody. For each of them smaller is stricter.

    Seconds until somebody has to have taken an incident (the 98.5 % bounds of
    EN 50518), for how long it is his then unless he does something about it, until a
    silent device is shown (EN 50136-1, SP6) and is an incident, and days that things
    are kept. `exercise_days` is how long a place may go without an exercise.
    `escalation` says who is told where nobody takes it. `people` are those
    who belong to no unit.
    """

    take_urgent_s: Seconds = 60
    take_attention_s: Seconds = 180
    hold_urgent_s: Seconds = 900
    hold_attention_s: Seconds = 3600
    escalation: Escalation = Escalation()
    silent_shown_s: Seconds = 20
    silent_station_s: Seconds = 20
    silent_home_s: Seconds = 90
    events_days: Days = 90
    station_pictures_days: Annotated[int, Field(gt=0, le=28)] = 7
    exercise_days: Days = 365
    people: tuple[NationalPerson, ...] = ()


class UnitPolicy(Model):
    """What a unit made stricter; None leaves the national value."""

    take_urgent_s: Seconds | None = None
    take_attention_s: Seconds | None = None
    hold_urgent_s: Seconds | None = None
    hold_attention_s: Seconds | None = None
    escalation: Escalation | None = None
    silent_shown_s: Seconds | None = None
    silent_station_s: Seconds | None = None
    silent_home_s: Seconds | None = None
    events_days: Days | None = None
    station_pictures_days: Days | None = None
    exercise_days: Days | None = None


def looser(national: Policy, unit: UnitPolicy) -> tuple[tuple[str, int, int], ...]:
    """Name each bound that a unit loosened: field, its value, the national one."""
    found: list[tuple[str, int, int]] = []
    for field, value in unit:
        bound = getattr(national, field)
        if isinstance(value, int) and value > bound:
            found.append((field, value, bound))
    return tuple(found)


def in_force(national: Policy, unit: UnitPolicy) -> Policy:
    """Give the policy that holds for a unit."""
    stricter = {field: value for field, value in unit if value is not None}
    return national.model_copy(update=stricter)
