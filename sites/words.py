"""The small types that the inventory is built from."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

SLUG = r"^[a-z][a-z0-9-]{1,39}$"
KIT = r"^[2-79AC-HJ-NP-Z]{4}-[2-79AC-HJ-NP-Z]{2}$"
DEVICE = r"^[a-z2-7]{16}$"
KEY = r"^[0-9a-f]{64}$"

Slug = Annotated[str, StringConstraints(pattern=SLUG)]
KitNumber = Annotated[str, StringConstraints(pattern=KIT)]
DeviceId = Annotated[str, StringConstraints(pattern=DEVICE)]
KeyText = Annotated[str, StringConstraints(pattern=KEY)]
ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)
]
SmallNumber = Annotated[int, Field(ge=1, le=255)]
Point = tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]]
Polygon = Annotated[tuple[Point, ...], Field(min_length=3, max_length=64)]

Role = Literal[
    "coordinator",
    "deputy",
    "desk",
    "case_manager",
    "head_of_operations",
    "cso",
    "control_room",
    "household",
    "auditor",
    "administrator",
]
Priority = Literal["urgent", "attention", "notice"]
SiteKind = Literal["station", "home"]


class Model(BaseModel):
    """Frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Model):
    """One sentence for a screen, in both languages."""

    nl: ShortText
    en: ShortText
