"""Whom an incident that nobody takes goes to, step by step."""

from typing import Annotated, Literal

from pydantic import Field

from sites.words import Model

Told = Literal["on_duty", "stand_in", "coordinator", "deputy", "desk", "control_room"]
AWAKE = frozenset[Told]({"desk", "control_room"})


class EscalationStep(Model):
    """`after_s` seconds beyond the deadline these are told, if nobody took it by then.

    `on_duty` and `stand_in` are those of the roster; in a unit without one, its desk
    and its deputy. `control_room` puts the incident before the control room as well.
    """

    after_s: Annotated[int, Field(ge=0)]
    tells: Annotated[tuple[Told, ...], Field(min_length=1)]


Steps = Annotated[tuple[EscalationStep, ...], Field(min_length=1)]


class Escalation(Model):
    """The steps for incidents of each priority; a notice waits until somebody comes."""

    urgent: Steps = (
        EscalationStep(after_s=0, tells=("on_duty", "stand_in")),
        EscalationStep(after_s=60, tells=("coordinator", "deputy", "desk")),
        EscalationStep(after_s=120, tells=("desk", "control_room")),
    )
    attention: Steps = (
        EscalationStep(after_s=0, tells=("on_duty", "stand_in")),
        EscalationStep(after_s=180, tells=("coordinator", "deputy", "desk")),
    )


def later_than(
    steps: tuple[EscalationStep, ...], national: tuple[EscalationStep, ...]
) -> tuple[tuple[Told, int], ...]:
    """Name whom these steps tell later than the national ones do, and by when."""
    by_when: dict[Told, int] = {}
    for step in sorted(national, key=lambda one: -one.after_s):
        by_when.update(dict.fromkeys(step.tells, step.after_s))
    return tuple(
        (told, bound)
        for told, bound in by_when.items()
        if not any(told in one.tells and one.after_s <= bound for one in steps)
    )
