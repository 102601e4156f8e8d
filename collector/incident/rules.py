"""Which records open an incident, which join one, and why: pure decisions.

One incident per episode, grouped by site and cause: while one stands, records of that
cause join it; after it is resolved the next record opens another.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from collector.incident.back import kinds_back
from collector.incident.weigh import RANK, Case
from sites.inventory import Inventory
from sites.playbook import Playbook, Step
from sites.site import Site
from sites.words import Priority, Text

Reason = Literal[
    "nothing_stands",  # no incident of this site and cause is open: it opens one
    "one_stands",  # there is one: it joins
    "more_urgent",  # it joins, and the incident becomes more urgent
    "better_known",  # it joins, and says better than what opened it what it is about
    "now_silent",  # it joins, and from now on nobody may make a telephone ring there
    "confirms",  # a loss close to an alarm: it joins the incident of the alarm
    "absorbed",  # it hangs behind what is lost already: it joins that
    "exercise",  # somebody asked for it: it opens beside whatever stands
]


@dataclass(frozen=True, slots=True)
class Standing:
    """An incident that is not resolved, as far as a new record bears on it.

    `losses_alone`: it holds nothing but losses; `down`: a device of its site is silent.
    `exercise`: nothing real joins it.
    """

    incident: int
    site: str
    cause: str
    rule: str
    priority: Priority
    silent: bool
    playbook: str
    playbook_version: int
    losses_alone: bool = False
    down: bool = False
    exercise: bool = False


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


def kinds_with_rules(inventory: Inventory) -> frozenset[str]:
    """Give the kinds of record that any rule speaks of; all others are no concern.

    Those that end what a rule opened are among them.
    """
    kinds: set[str] = {kind for rule in inventory.rules.values() for kind in rule.kinds}
    # A tamper that the panel raised belongs to the rule on tampering.
    raised = {"alarm.raised"} if "tamper.opened" in kinds else set[str]()
    return frozenset(kinds | raised | kinds_back(kinds))


def hush(cases: Iterable[Case], standing: Iterable[Standing]) -> list[Case]:
    """Let a silent occasion silence every case of its site, whatever the cause.

    Who stands beside the victim must not hear a telephone that rings about a device
    without signal.
    """
    heard = list(cases)
    quiet = {case.site for case in heard if case.silent}
    quiet |= {one.site for one in standing if one.silent}
    return [replace(case, silent=case.site in quiet) for case in heard]


def decide(case: Case, standing: Standing | None, inventory: Inventory) -> Open | Join:
    """Decide what a case does, given the standing incident of its key, if any.

    Any silent press makes an incident silent, and a loud one later does not undo it.
    The highest priority wins, whichever record came first; of equal ones a rule that
    supersedes the other.
    """
    playbook = inventory.playbooks[case.rule.playbook]
    if standing is None:
        return Open(case, playbook, "nothing_stands")
    ranks = RANK[case.rule.priority], RANK[standing.priority]
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


def join_as(case: Case, standing: Standing, reason: Reason) -> Join:
    """Add a case to an incident of another cause, which stays what it is."""
    now_silent = case.silent and not standing.silent
    return Join(
        case,
        standing,
        playbook=None,
        more_urgent=False,
        better_known=False,
        now_silent=now_silent,
        reason="now_silent" if now_silent else reason,
    )


def absorber(
    case: Case, standing: Iterable[Standing], inventory: Inventory
) -> Standing | None:
    """Give the incident of an uplink that is down, behind which this case hangs."""
    for one in standing:
        rule = inventory.rules.get(one.rule)
        if rule is None or not one.down or one.site != case.site:
            continue
        if one.cause != case.rule.cause and set(case.rules) <= set(rule.absorbs):
            return one
    return None


def absorbed(case: Case, standing: Iterable[Standing]) -> list[Standing]:
    """Give the incidents of lost paths that a device's silence explains."""
    return [
        one
        for one in standing
        if one.site == case.site and one.rule in case.rule.absorbs and one.losses_alone
    ]


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


def words_of(site: Site, incident: int) -> dict[str, Text]:
    """Give what the steps of an incident may name: the variables of a playbook."""
    place = site.name or _same(f"kit {site.kit}")
    named = {"place": place, "incident": _same(str(incident))}
    if site.reference is not None:
        named["reference"] = _same(site.reference)
    return named


def _same(said: str) -> Text:
    return Text(nl=said, en=said)


def _reason_to_join(
    *, more_urgent: bool, better_known: bool, now_silent: bool
) -> Reason:
    if now_silent:
        return "now_silent"
    if better_known:
        return "better_known"
    return "more_urgent" if more_urgent else "one_stands"
