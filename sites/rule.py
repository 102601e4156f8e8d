"""A rule: when which records open an incident, and who is told."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from sites.health import CommandTrouble
from sites.sight import CameraTrouble, Suspect
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
    "records.withheld",
    "number.reused",
    "device.cloned",
    "clock.wrong",
    "clock.changed",
    "contact.opened",
    "motion.started",
    "light.changed",
    "nuisance.started",
    "lens.dirty",
    "visits.repeated",
    "visit.lingered",
    "disk.filling",
    "command.refused",
]
FOUND_KINDS = frozenset(
    {
        "device.silent",
        "path.lost",
        "records.withheld",
        "number.reused",
        "device.cloned",
        "clock.wrong",
    }
)
# What people may not want to hear of for some hours; nothing that says that somebody is
# in danger or comes in, or that we are deceived.
SUPPRESSIBLE: frozenset[RuleKind] = frozenset(
    {
        "camera.lost",
        "contact.opened",
        "device.silent",
        "disk.filling",
        "disk.full",
        "lens.dirty",
        "light.changed",
        "motion.started",
        "nuisance.started",
        "path.lost",
        "visit.lingered",
        "visits.repeated",
    }
)
Reason = Literal[CameraTrouble, CommandTrouble]
# The kinds that say why, and every reason that each may give.
REASONS: dict[str, frozenset[str]] = {
    "camera.lost": frozenset(get_args(CameraTrouble)),
    "command.refused": frozenset(get_args(CommandTrouble)),
}
SENSOR = r"^[a-z2-7]{16}/[1-9][0-9]{0,2}$"
SensorName = Annotated[str, Field(pattern=SENSOR)]


class Rule(Model):
    """Records of these kinds, at these places, open an incident of this priority.

    Those of FOUND_KINDS are not written by a device: the collector finds them. `cause`
    groups: records of one site and one cause join its open incident.
    `zone_kinds` and `sensors` narrow the rule, empty means all; a sensor is named
    `<device id>/<number>`. `reasons` narrow a rule about cameras that are lost, or
    commands that are refused, and `suspects` one about cameras, in the same way; a loss
    of which nothing is suspected is `unknown`.
    `supersedes` names rules of the same cause that knew less: their incident goes on
    under this one, with its title and its playbook. `absorbs` names rules about what
    hangs behind an uplink: while this one says that it is down, those open nothing.
    """

    id: Slug
    kinds: Annotated[tuple[RuleKind, ...], Field(min_length=1)]
    site_kinds: Annotated[tuple[SiteKind, ...], Field(min_length=1)]
    zone_kinds: tuple[ZoneKind, ...] = ()
    sensors: tuple[SensorName, ...] = ()
    reasons: tuple[Reason, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    cause: Slug
    title: Text
    priority: Priority
    playbook: Slug
    tells: Annotated[tuple[Role, ...], Field(min_length=1)]
    to_control_room: bool = False
    supersedes: tuple[Slug, ...] = ()
    absorbs: tuple[Slug, ...] = ()


def fits_loss(rule: Rule, reason: object, suspect: object) -> bool:
    """Tell whether a rule means what is lost or refused so; None: it is not said."""
    return (not rule.reasons or reason in rule.reasons) and (
        not rule.suspects or (suspect or "unknown") in rule.suspects
    )


def recipients(rule: Rule) -> tuple[Role, ...]:
    """Name every role that a rule tells, each once."""
    told = (*rule.tells, "control_room") if rule.to_control_room else rule.tells
    return tuple(dict.fromkeys(told))
