"""Which new records belong together, and what their rules want: pure decisions."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from collector.intake.row import EventRow
from sites.errors import UnknownDeviceError
from sites.inventory import Inventory
from sites.rule import Rule, recipients
from sites.words import Priority, Role

Key = tuple[str, str]  # site, cause
WhyNothing = Literal[
    "no_rule",  # no rule speaks of this kind at this place
    "unknown_device",  # the inventory does not know the device (any more)
]

RANK: Mapping[Priority, int] = {"urgent": 0, "attention": 1, "notice": 2}
# Nothing is heard (on one path, or at all): the other half of what confirms an alarm.
LOSSES = frozenset({"device.silent", "path.lost"})


@dataclass(frozen=True, slots=True)
class Case:
    """The new records of one site and cause, and what their rules want together.

    `rule` is the most urgent of them (`rules` names all); `tells` and
    `to_control_room` are what any of them wants, so that nobody goes untold because
    another rule weighed more. `silent`: nobody may make a telephone ring there. The
    records are losses all, or none of them is.
    """

    site: str
    unit: str
    rule: Rule
    rules: tuple[str, ...]
    records: tuple[EventRow, ...]
    silent: bool
    tells: tuple[Role, ...]
    to_control_room: bool

    @property
    def key(self) -> Key:
        """Site and cause: there is one standing incident for them at most."""
        return self.site, self.rule.cause

    @property
    def kinds(self) -> frozenset[str]:
        """What its records are."""
        return frozenset(row.kind for row in self.records)

    @property
    def is_loss(self) -> bool:
        """Whether they say that nothing is heard."""
        return self.kinds <= LOSSES


@dataclass(frozen=True, slots=True)
class Known:
    """A record that an incident of the site holds; `stands`: it is not resolved."""

    incident: int
    stands: bool
    unit: str
    device: str
    run: str
    lane: str
    seq: int
    at: datetime
    kind: str
    sensor: int | None
    zone: int | None
    data: Mapping[str, Any]
    corrected: datetime | None = None

    @property
    def own(self) -> datetime:
        """When it happened by the device's clock."""
        return self.at

    @property
    def moment(self) -> datetime:
        """When it happened, as nearly as we know."""
        return self.corrected or self.at


@dataclass(frozen=True, slots=True)
class Nothing:
    """These records open nothing."""

    records: tuple[EventRow, ...]
    reason: WhyNothing


def sort_out(
    rows: Iterable[EventRow], inventory: Inventory
) -> tuple[list[Case], list[Nothing]]:
    """Group new records into cases: by site, what is no loss first, then by cause.

    The same record twice counts once in a case. Which incidents stand does not matter
    here.
    """
    matched: list[tuple[Rule, EventRow]] = []
    unmatched: dict[WhyNothing, list[EventRow]] = {}
    # A backlog says the same of the same door thousands of times.
    known: dict[tuple[object, ...], tuple[Rule, ...] | WhyNothing] = {}
    for row in rows:
        asked = _asked(row)
        found = known.get(asked)
        if found is None:
            found = known[asked] = _rules_of(row, inventory)
        if isinstance(found, str):
            unmatched.setdefault(found, []).append(row)
        else:
            matched.extend((rule, row) for rule in found)
    cases = list(_cases(matched))
    nothing = [Nothing(tuple(rows), reason) for reason, rows in unmatched.items()]
    return cases, nothing


def _once_each(rows: Iterable[EventRow]) -> list[EventRow]:
    by_name = {row.name: row for row in rows}
    return sorted(by_name.values(), key=_age)


def _age(row: EventRow) -> tuple[object, ...]:
    return row.moment, row.name


def _asked(row: EventRow) -> tuple[object, ...]:
    """Give all of a record that its rules depend on."""
    said = row.data.get
    place = (row.kind, row.device, row.sensor, row.zone)
    return (*place, said("reason"), said("suspect"), said("cause"))


def _rules_of(row: EventRow, inventory: Inventory) -> tuple[Rule, ...] | WhyNothing:
    for kind in _kinds_of(row):
        try:
            rules = inventory.rules_for(
                kind, row.device, sensor=row.sensor, zone=row.zone, said=row.data
            )
        except UnknownDeviceError:
            return "unknown_device"
        if rules:
            return rules
    return "no_rule"


def _kinds_of(row: EventRow) -> tuple[str, ...]:
    if row.kind == "alarm.raised" and row.data.get("cause") == "tamper":
        # The device writes both; as two incidents one tamper would be taken twice.
        return "tamper.opened", "alarm.raised"
    return (row.kind,)


def _cases(matched: list[tuple[Rule, EventRow]]) -> Iterator[Case]:
    for (site, *_), pairs in groupby(sorted(matched, key=_group), key=_group):
        yield _case(site, list(pairs))


def _group(pair: tuple[Rule, EventRow]) -> tuple[str, bool, str]:
    # Losses last: an alarm of the same batch is there by then, and they confirm it.
    rule, row = pair
    return row.site, row.kind in LOSSES, rule.cause


def _case(site: str, pairs: Sequence[tuple[Rule, EventRow]]) -> Case:
    rules = {rule.id: rule for rule, _ in pairs}
    records = tuple(_once_each(row for _, row in pairs))
    return Case(
        site=site,
        unit=records[0].unit,
        rule=_weightiest(rules.values()),
        rules=tuple(sorted(rules)),
        records=records,
        silent=any(_is_silent(row) for row in records),
        tells=_roles_told(rules.values()),
        to_control_room=any(rule.to_control_room for rule in rules.values()),
    )


def _weightiest(rules: Collection[Rule]) -> Rule:
    """Choose the most urgent; of equals, one that none of the others supersedes."""
    superseded = {name for rule in rules for name in rule.supersedes}
    return min(
        rules, key=lambda rule: (RANK[rule.priority], rule.id in superseded, rule.id)
    )


def _is_silent(row: EventRow) -> bool:
    # Who is forced to disarm is in the same danger as who presses in silence; and a
    # press that does not say what it was is taken for the dangerous sort.
    if row.kind == "duress.entered":
        return True
    return row.kind == "panic.pressed" and row.data.get("silent") is not False


def _roles_told(rules: Iterable[Rule]) -> tuple[Role, ...]:
    return tuple(sorted({role for rule in rules for role in recipients(rule)}))
