"""A police unit, and the people who answer for it."""

from sites.person import Person
from sites.policy import UnitPolicy
from sites.roster import Roster
from sites.words import Model, Role, Slug, Text

NEEDED: tuple[Role, ...] = ("coordinator", "deputy", "case_manager", "desk")


class Unit(Model):
    """A police unit: owns stations and kits. `policy` may only be stricter.

    Without a `roster` its desk is always on duty, and its deputy stands in.
    """

    id: Slug
    name: Text
    people: tuple[Person, ...]
    policy: UnitPolicy = UnitPolicy()
    roster: Roster | None = None


def missing_roles(unit: Unit) -> tuple[Role, ...]:
    """Name the roles that a unit must fill and has not."""
    filled = {person.role for person in unit.people}
    return tuple(role for role in NEEDED if role not in filled)
