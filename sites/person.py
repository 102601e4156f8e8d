"""Somebody who can sign in and be told; known by an id, never by a name."""

from typing import Annotated, Literal

from pydantic import Field

from sites.site import SiteId
from sites.words import Model, Role, Slug

EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
Email = Annotated[str, Field(pattern=EMAIL, max_length=200)]
NationalRole = Literal["cso", "auditor", "administrator"]


class Somebody(Model):
    """A person, whatever the role. `tell` is where messages go."""

    id: Slug
    language: Literal["nl", "en"] = "nl"
    tell: Email | None = None


class Person(Somebody):
    """Somebody of a unit. `site` is the home of a household, and nobody else's."""

    role: Role
    site: SiteId | None = None


class NationalPerson(Somebody):
    """Somebody who belongs to no unit."""

    role: NationalRole
