"""A rule: when which records open an incident, and who is told."""

from typing import Annotated, Literal

from pydantic import Field

from sites.event import KINDS
from sites.site import ZoneKind
from sites.words import Model, Priority, Role, SiteKind, Slug, Text

RuleKind = Literal[
    "alarm.raised",
    "panic.pressed",
    "duress.entered",
    "tamper.opened",
    "camera.lost",
    "disk.full",
    "outbox.damaged",
    "device.silent",
    "path.lost",
    "contact.opened",
    "motion.started",
]
PRESENCE_KINDS = frozenset({"device.silent", "path.lost"})


class Rule(Model):
    """Records of these kinds, at these places, open an incident of this priority.

    `device.silent` and `path.lost` are not written by a device: the collector finds
    them. `cause` groups: records of one site and one cause join its open incident.
    """

    id: Slug
    kinds: Annotated[tuple[RuleKind, ...], Field(min_length=1)]
    site_kinds: Annotated[tuple[SiteKind, ...], Field(min_length=1)]
    zone_kinds: tuple[ZoneKind, ...] = ()
    sensors: tuple[str, ...] = ()
    cause: Slug
    title: Text
    priority: Priority
    playbook: Slug
    tells: Annotated[tuple[Role, ...], Field(min_length=1)]
    to_control_room: bool = False


def unknown_kinds(rule: Rule) -> tuple[str, ...]:
    """Give the kinds of a rule that no device writes and no collector finds."""
    return tuple(
        kind for kind in rule.kinds if kind not in KINDS and kind not in PRESENCE_KINDS
    )
