"""Somebody who can sign in and be told; known by an id, never by a name."""

from typing import Annotated, Literal

from pydantic import Field

from sites.site import SiteId
from sites.words import Model, Role, Slug

E164 = r"^\+[1-9][0-9]{6,14}$"
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
Email = Annotated[str, Field(pattern=EMAIL, max_length=200)]
Mobile = Annotated[str, Field(pattern=E164)]
NationalRole = Literal["cso", "auditor", "administrator"]


class Contact(Model):
    """Where messages to somebody go, by channel. `sms` is a number in E.164."""

    email: Email | None = None
    sms: Mobile | None = None

    @property
    def channels(self) -> tuple[str, ...]:
        """Name the channels that there are."""
        return tuple(name for name, where in self if where is not None)


class Somebody(Model):
    """A person, whatever the role. `tell` is where messages go; None: nowhere."""

    id: Slug
    language: Literal["nl", "en"] = "nl"
    tell: Contact | None = None


class Person(Somebody):
    """Somebody of a unit. `site` is the home of a household, and nobody else's."""

    role: Role
    site: SiteId | None = None


class NationalPerson(Somebody):
    """Somebody who belongs to no unit."""

    role: NationalRole
