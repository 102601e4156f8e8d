"""Which records open an incident, which join one, and why: pure decisions.

One incident per episode, grouped by site and cause: while one stands, records of that
cause join it; after it is resolved the next record opens another.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from collector.intake.row import EventRow
from sites.errors import UnknownDeviceError
from sites.inventory import Inventory
from sites.playbook import Playbook, Step
from sites.rule import Rule, recipients
from sites.words import Priority, Role

Key = tuple[str, str]  # site, cause
Reason = Literal[
    "nothing_stands",  # no incident of this site and cause is open: it opens one
    "one_stands",  # there is one: it joins
    "more_urgent",  # it joins, and the incident becomes more urgent
    "better_known",  # it joins, and says better than what opened it what it is about
    "now_silent",  # it joins, and from now on nobody may make a telephone ring there
    "no_rule",  # no rule speaks of this kind at this place
    "unknown_device",  # the inventory does not know the device (any more)
]

_RANK: Mapping[Priority, int] = {"urgent": 0, "attention": 1, "notice": 2}


@dataclass(frozen=True, slots=True)
class Standing:
    """An incident that is not resolved, as far as a new record bears on it."""

    incident: int
    site: str
    cause: str
    rule: str
    priority: Priority
    silent: bool
    playbook: str
    playbook_version: int


@dataclass(frozen=True, slots=True)
class Case:
    """The new records of one site and cause, and what their rules want together.

    `rule` is the most urgent of them (`rules` names all); `tells` and
    `to_control_room` are what any of them wants, so that nobody goes untold because
    another rule weighed more. `silent`: nobody may make a telephone ring there.
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


@dataclass(frozen=True, slots=True)
class Open:
    """Open an incident of this case, with this playbook."""

    case: Case
    playbook: Playbook
    reason: Reason


@dataclass(frozen=True, slots=True)
class Join:
    """Add the records of the case to a standing incident.

    `playbook` is the one that its steps follow from now on, None where they stay as
    they are or where only `now_silent` narrows those that it has. `better_known`: the
    rule supersedes the one that opened it.
    """

    case: Case
    standing: Standing
    playbook: Playbook | None
    more_urgent: bool
    better_known: bool
    now_silent: bool
    reason: Reason


@dataclass(frozen=True, slots=True)
class Nothing:
    """These records open nothing."""

    records: tuple[EventRow, ...]
    reason: Reason


Decision = Open | Join | Nothing


def kinds_with_rules(inventory: Inventory) -> frozenset[str]:
    """Give the kinds of record that any rule speaks of; all others are no concern."""
    kinds: set[str] = {kind for rule in inventory.rules.values() for kind in rule.kinds}
    # A tamper that the panel raised belongs to the rule on tampering.
    return frozenset(kinds | ({"alarm.raised"} if "tamper.opened" in kinds else set()))


def sort_out(
    rows: Iterable[EventRow], inventory: Inventory
) -> tuple[list[Case], list[Nothing]]:
    """Group new records into cases, in the order of their keys.

    The same record twice counts once. Which incidents stand does not matter here.
    """
    matched: list[tuple[Rule, EventRow]] = []
    unmatched: dict[Reason, list[EventRow]] = {}
    for row in _once_each(rows):
        try:
            rules = _rules_of(row, inventory)
        except UnknownDeviceError:
            unmatched.setdefault("unknown_device", []).append(row)
            continue
        if not rules:
            unmatched.setdefault("no_rule", []).append(row)
        matched.extend((rule, row) for rule in rules)
    cases = list(_cases(matched))
    nothing = [Nothing(tuple(rows), reason) for reason, rows in unmatched.items()]
    return cases, nothing


def hush(
    cases: Iterable[Case], standing: Iterable[Standing]
) -> tuple[list[Case], list[Standing]]:
    """Let a silent occasion silence everything at its site, whatever the cause.

    Who stands beside the victim must not hear a telephone that rings about a device
    without signal. Gives the cases as they are to be heard, and the standing incidents
    that no case is about and that have to fall silent.
    """
    heard, old = list(cases), list(standing)
    quiet = {case.site for case in heard if case.silent}
    quiet |= {one.site for one in old if one.silent}
    keys = {case.key for case in heard}
    hushed = [replace(case, silent=case.site in quiet) for case in heard]
    others = [
        one
        for one in old
        if one.site in quiet and not one.silent and (one.site, one.cause) not in keys
    ]
    return hushed, others


def decide(case: Case, standing: Standing | None, inventory: Inventory) -> Open | Join:
    """Decide what a case does, given the standing incident of its key, if any.

    Any silent press makes an incident silent, and a loud one later does not undo it.
    The highest priority wins, whichever record came first; of equal ones a rule that
    supersedes the other.
    """
    playbook = inventory.playbooks[case.rule.playbook]
    if standing is None:
        return Open(case, playbook, "nothing_stands")
    ranks = _RANK[case.rule.priority], _RANK[standing.priority]
    more_urgent = ranks[0] < ranks[1]
    better_known = ranks[0] == ranks[1] and standing.rule in case.rule.supersedes
    now_silent = case.silent and not standing.silent
    return Join(
        case,
        standing,
        playbook if more_urgent or better_known else None,
        more_urgent,
        better_known,
        now_silent,
        _reason_to_join(
            more_urgent=more_urgent, better_known=better_known, now_silent=now_silent
        ),
    )


def steps_of(playbook: Playbook, *, silent: bool) -> tuple[Step, ...]:
    """Give the steps of every role for one branch, in the playbook's order.

    A step that makes a telephone ring at the place never survives a silent occasion,
    whatever its author wrote under `applies`.
    """
    return tuple(
        step
        for step in playbook.steps
        if step in playbook.steps_for(step.role, silent=silent)
        and not (silent and step.rings)
    )


def _reason_to_join(
    *, more_urgent: bool, better_known: bool, now_silent: bool
) -> Reason:
    if now_silent:
        return "now_silent"
    if better_known:
        return "better_known"
    return "more_urgent" if more_urgent else "one_stands"


def _once_each(rows: Iterable[EventRow]) -> list[EventRow]:
    by_name = {row.name: row for row in rows}
    return sorted(by_name.values(), key=_age)


def _age(row: EventRow) -> tuple[object, ...]:
    return row.at, row.name


def _rules_of(row: EventRow, inventory: Inventory) -> tuple[Rule, ...]:
    for kind in _kinds_of(row):
        rules = inventory.rules_for(
            kind, row.device, sensor=row.sensor, zone=row.zone, said=row.data
        )
        if rules:
            return rules
    return ()


def _kinds_of(row: EventRow) -> tuple[str, ...]:
    if row.kind == "alarm.raised" and row.data.get("cause") == "tamper":
        # The device writes both; as two incidents one tamper would be taken twice.
        return "tamper.opened", "alarm.raised"
    return (row.kind,)


def _cases(matched: list[tuple[Rule, EventRow]]) -> Iterator[Case]:
    ordered = sorted(matched, key=lambda pair: (pair[1].site, pair[0].cause))
    for (site, _), pairs in groupby(
        ordered, key=lambda pair: (pair[1].site, pair[0].cause)
    ):
        yield _case(site, list(pairs))


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
        rules, key=lambda rule: (_RANK[rule.priority], rule.id in superseded, rule.id)
    )


def _is_silent(row: EventRow) -> bool:
    # Who is forced to disarm is in the same danger as who presses in silence; and a
    # press that does not say what it was is taken for the dangerous sort.
    if row.kind == "duress.entered":
        return True
    return row.kind == "panic.pressed" and row.data.get("silent") is not False


def _roles_told(rules: Iterable[Rule]) -> tuple[Role, ...]:
    return tuple(sorted({role for rule in rules for role in recipients(rule)}))
