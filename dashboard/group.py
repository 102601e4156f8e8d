"""Whom the police's own identity provider lets in: groups mapped to roles and units."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from re import fullmatch
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import Field, ValidationError, field_validator

from dashboard.errors import ProviderRefusedError, SettingsError
from sites.host import is_here
from sites.words import SLUG, Model, Slug

# Who proved it there longer ago does so again; asked for, the time must be told, too.
PROVEN_S = 12 * 3600
LEEWAY_S = 30  # seconds that its clock may be off
Word = Annotated[str, Field(min_length=1, max_length=200)]
# No group makes an administrator, an auditor, or anybody without a unit.
GroupRole = Literal[
    "coordinator", "deputy", "desk", "case_manager", "head_of_operations"
]


class Place(Model):
    """What a group stands for."""

    role: GroupRole
    unit: Slug


class Provider(Model):
    """An OpenID Connect provider, as its file says.

    `person` is the claim that holds a person's id, `group` the one that lists groups.
    """

    issuer: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")]
    client: Word
    name: Word
    person: Word = "sub"
    group: Word = "groups"
    scope: Word = "openid"
    groups: dict[Word, Place]

    @field_validator("issuer")
    @classmethod
    def _in_the_clear_only_here(cls, issuer: str) -> str:
        split = urlsplit(issuer)
        if split.scheme != "https" and not is_here(split.hostname or ""):
            raise ValueError(f"{issuer!r} is plain http and not this machine")
        return issuer


@dataclass(frozen=True)
class Known:
    """What the store knows of a person; `provider`: a group made him."""

    role: str
    unit: str | None
    provider: bool
    removed: object


def read_provider(file: Path) -> Provider:
    """Read the file of a provider.

    Raises:
        SettingsError: with every problem.
    """
    try:
        return Provider.model_validate(yaml.safe_load(file.read_bytes()))
    except (OSError, yaml.YAMLError) as error:
        raise SettingsError([f"provider: {str(file)!r}: {error}"]) from None
    except ValidationError as error:
        raise SettingsError(
            f"provider: {file.name}: {'.'.join(map(str, one['loc']))}: {one['msg']}"
            for one in error.errors(include_url=False)
        ) from None


def person_in(provider: Provider, claims: Mapping[str, Any]) -> str:
    """Give the id of the person that the claims are about.

    Raises:
        ProviderRefusedError: there is none that could be one of ours.
    """
    person = claims.get(provider.person)
    if not isinstance(person, str) or not fullmatch(SLUG, person):
        raise ProviderRefusedError
    return person


def place_in(provider: Provider, claims: Mapping[str, Any]) -> Place | None:
    """Give what the groups of the claims stand for; None: for nothing, or two things.

    Raises:
        ProviderRefusedError: they are no groups.
    """
    groups = claims.get(provider.group, [])
    if not isinstance(groups, list) or not all(isinstance(g, str) for g in groups):
        raise ProviderRefusedError
    known = [provider.groups[group] for group in groups if group in provider.groups]
    places = {(place.role, place.unit): place for place in known}
    return next(iter(places.values())) if len(places) == 1 else None


def proven_in(claims: Mapping[str, Any], now: datetime) -> datetime:
    """Give when the person proved to the provider who he is.

    Raises:
        ProviderRefusedError: it does not say, or that was longer ago than was asked.
    """
    try:
        proven = datetime.fromtimestamp(claims["auth_time"], UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise ProviderRefusedError from None
    if now - proven > timedelta(seconds=PROVEN_S + LEEWAY_S):
        raise ProviderRefusedError
    return proven


def admitted(known: Known | None, place: Place) -> bool:
    """Tell whether somebody comes in, as he is known and as his groups make him.

    Whom the inventory names has the very role and unit that his groups say: a role
    that no group can give comes in by a passkey alone.
    """
    if known is None or known.provider:
        return True
    return known.removed is None and (known.role, known.unit) == (
        place.role,
        place.unit,
    )
