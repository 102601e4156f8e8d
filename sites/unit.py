"""A police unit, and the people who answer for it."""

from typing import Annotated, Literal

from pydantic import Field

from sites.policy import UnitPolicy
from sites.words import Model, Role, Slug, Text

EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
Email = Annotated[str, Field(pattern=EMAIL, max_length=200)]
NEEDED: tuple[Role, ...] = ("coordinator", "deputy", "case_manager", "desk")


class Person(Model):
    """Somebody who can sign in and be told; known by an id, not by a name.

    `tell` is where messages go.
    """

    id: Slug
    role: Role
    language: Literal["nl", "en"] = "nl"
    tell: Email | None = None


class Unit(Model):
    """A police unit: owns stations and kits. `policy` may only be stricter."""

    id: Slug
    name: Text
    people: tuple[Person, ...]
    policy: UnitPolicy = UnitPolicy()


def missing_roles(unit: Unit) -> tuple[Role, ...]:
    """Name the roles that a unit must fill and has not."""
    filled = {person.role for person in unit.people}
    return tuple(role for role in NEEDED if role not in filled)
