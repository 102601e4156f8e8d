"""A rule can happen, and everybody whom it tells has a step for it."""

from collections.abc import Iterator

from sites.check.reach import WITHOUT_ZONE, Source, reaches, sources, stays_home
from sites.draft import Draft, Finding, Place, Placed
from sites.playbook import VARIABLES, Playbook, variables
from sites.rule import REASONS, Rule, recipients
from sites.words import Role

_HELP = frozenset({"panic.pressed", "duress.entered"})
_UPLINK_DOWN = "device.silent"


def rule_findings(draft: Draft) -> Iterator[Finding]:
    """Find rules that nothing sets off, and rules without a step for each recipient."""
    playbooks = {one.thing.id: one for one in draft.playbooks}
    sending = sources(draft)
    for rule in draft.rules:
        yield from _help_at_once(rule)
        yield from _sensors(draft, rule, sending)
        yield from _kinds(draft, rule, sending)
        yield from _losses(rule)
        yield from _superseded(draft, rule)
        yield from _absorbed(draft, rule)
        playbook = playbooks.get(rule.thing.playbook)
        if playbook is not None:
            yield from _steps(rule, playbook)
            yield from _ringing(rule.thing, playbook)
            yield from _no_reference(rule, playbook)
        elif draft.lacks("playbooks", rule.thing.playbook):
            what = f"playbook: no playbook {rule.thing.playbook!r} is declared"
            yield Finding(rule.place.at("playbook"), what)
    for playbook in draft.playbooks:
        yield from _contradictions(playbook)
        yield from _variables(playbook)


def occasions(rule: Rule) -> tuple[bool, ...]:
    """Give the occasions on which a rule opens an incident: silent (True) or loud."""
    found = set()
    for kind in rule.kinds:
        if kind == "panic.pressed":
            found |= {True, False}
        else:
            found.add(kind == "duress.entered")
    return tuple(sorted(found))


def _help_at_once(rule: Placed[Rule]) -> Iterator[Finding]:
    asked = next((kind for kind in rule.thing.kinds if kind in _HELP), None)
    if asked is None:
        return
    if not rule.thing.to_control_room:
        what = f"the rule {rule.thing.id!r} is about {asked!r}:"
        what = f"{what} to_control_room must be true"
        yield Finding(rule.place.at("to_control_room"), what)
    if rule.thing.priority != "urgent":
        what = f"priority: {asked!r} is urgent, not {rule.thing.priority!r}"
        yield Finding(rule.place.at("priority"), what)


def _sensors(
    draft: Draft, rule: Placed[Rule], sending: tuple[Source, ...]
) -> Iterator[Finding]:
    if "sites" in draft.partial:
        return
    names = {source.name for source in sending if source.number is not None}
    for i, name in enumerate(rule.thing.sensors):
        if name not in names:
            what = f"sensors: the inventory has no sensor {name!r}"
            yield Finding(rule.place.at("sensors", i), what)


def _kinds(
    draft: Draft, rule: Placed[Rule], sending: tuple[Source, ...]
) -> Iterator[Finding]:
    thing = rule.thing
    for i, kind in enumerate(thing.kinds):
        place = rule.place.at("kinds", i)
        if any(stays_home(kind, site_kind) for site_kind in thing.site_kinds):
            yield Finding(place, f"kinds: a home never sends {kind!r}")
        elif kind in WITHOUT_ZONE and (thing.zone_kinds or thing.sensors):
            what = f"kinds: {kind!r} comes from a device itself,"
            what = f"{what} zone_kinds and sensors shut it out"
            yield Finding(place, what)
        elif "sites" not in draft.partial and not any(
            reaches(source, thing, kind) for source in sending
        ):
            what = f"kinds: no sensor of the inventory matches, {kind!r} never happens"
            yield Finding(place, what)


def _losses(rule: Placed[Rule]) -> Iterator[Finding]:
    thing = rule.thing
    for kind in thing.kinds if thing.suspects else ():
        if kind != "camera.lost":
            what = f"suspects: only 'camera.lost' has any, {kind!r} never matches"
            yield Finding(rule.place.at("suspects"), what)
    for kind in thing.kinds if thing.reasons else ():
        if kind not in REASONS:
            told = " and ".join(map(repr, REASONS))
            what = f"reasons: only {told} have any, {kind!r} never matches"
            yield Finding(rule.place.at("reasons"), what)
        elif REASONS[kind].isdisjoint(thing.reasons):
            what = f"reasons: none of them is one of {kind!r}, it never matches"
            yield Finding(rule.place.at("reasons"), what)


def _superseded(draft: Draft, rule: Placed[Rule]) -> Iterator[Finding]:
    declared = {one.thing.id: one.thing for one in draft.rules}
    for i, name in enumerate(rule.thing.supersedes):
        place, other = rule.place.at("supersedes", i), declared.get(name)
        if other is None:
            if draft.lacks("rules", name):
                yield Finding(place, f"supersedes: no rule {name!r} is declared")
        elif other.cause != rule.thing.cause:
            what = f"supersedes: the rule {name!r} has the cause {other.cause!r},"
            yield Finding(place, f"{what} the two never meet in one incident")
        elif rule.thing.id in other.supersedes:
            what = f"supersedes: {rule.thing.id!r} and {name!r} supersede each other"
            yield Finding(place, what)


def _absorbed(draft: Draft, rule: Placed[Rule]) -> Iterator[Finding]:
    thing, declared = rule.thing, {one.thing.id: one.thing for one in draft.rules}
    for kind in thing.kinds if thing.absorbs else ():
        if kind != _UPLINK_DOWN:
            what = f"absorbs: {kind!r} does not tell that an uplink is down,"
            yield Finding(rule.place.at("absorbs"), f"{what} {_UPLINK_DOWN!r} does")
    for i, name in enumerate(thing.absorbs):
        place = rule.place.at("absorbs", i)
        if name in declared:
            for what in _not_to_absorb(thing, declared[name]):
                yield Finding(place, f"absorbs: {what}")
        elif draft.lacks("rules", name):
            yield Finding(place, f"absorbs: no rule {name!r} is declared")


def _not_to_absorb(rule: Rule, other: Rule) -> Iterator[str]:
    if rule.id in {other.id, *other.absorbs}:
        yield f"{rule.id!r} and {other.id!r} absorb each other"
        return
    for kind in other.kinds:
        if not _hangs_behind(other, kind):
            what = f"the rule {other.id!r} is about {kind!r}: that may be"
            yield f"{what} somebody's doing, and is never absorbed"


def _hangs_behind(rule: Rule, kind: str) -> bool:
    """Tell whether an uplink that is down explains all that a rule says of a kind."""
    if kind == "camera.lost":
        return rule.suspects == ("outage",)
    return kind in {_UPLINK_DOWN, "path.lost"}


def _steps(rule: Placed[Rule], playbook: Placed[Playbook]) -> Iterator[Finding]:
    if "steps" in playbook.lost:
        return
    for role in recipients(rule.thing):
        what = f"the rule {rule.thing.id!r} tells {role!r}, and the playbook"
        what = f"{what} {playbook.thing.id!r} has no step for that role"
        if all(step.role != role for step in playbook.thing.steps):
            yield Finding(_telling(rule, role), what)
            continue
        for silent, when in _occasions_in_words(rule.thing):
            if not _left(playbook.thing, role, silent=silent):
                yield Finding(_telling(rule, role), f"{what}{when}")


def _occasions_in_words(rule: Rule) -> Iterator[tuple[bool, str]]:
    """Any incident falls silent while a silent call for help is open at its site."""
    found = occasions(rule)
    for silent in found:
        word = f" when it is {'silent' if silent else 'loud'}"
        yield silent, word if len(found) > 1 else ""
    if True not in found:
        yield True, " when nobody may ring"


def _left(playbook: Playbook, role: Role, *, silent: bool) -> bool:
    steps = playbook.steps_for(role, silent=silent)
    return any(not (silent and step.rings) for step in steps)


def _telling(rule: Placed[Rule], role: str) -> Place:
    if role in rule.thing.tells:
        return rule.place.at("tells", rule.thing.tells.index(role))
    return rule.place.at("to_control_room")


def _ringing(rule: Rule, playbook: Placed[Playbook]) -> Iterator[Finding]:
    if not any(occasions(rule)):
        return
    for i, step in enumerate(playbook.thing.steps):
        if step.rings and step.applies == "always":
            what = f"rings: the step {step.id!r} rings and may follow a silent call for"
            what = f"{what} help (rule {rule.id!r}), it needs 'applies: loud'"
            yield Finding(playbook.place.at("steps", i, "rings"), what)


def _contradictions(playbook: Placed[Playbook]) -> Iterator[Finding]:
    for i, step in enumerate(playbook.thing.steps):
        if step.rings and step.applies == "silent":
            what = f"rings: the step {step.id!r} rings, a silent call for help is never"
            yield Finding(
                playbook.place.at("steps", i, "rings"), f"{what} answered by ringing"
            )


def _variables(playbook: Placed[Playbook]) -> Iterator[Finding]:
    known = ", ".join(sorted(VARIABLES))
    for i, step in enumerate(playbook.thing.steps):
        for name in sorted(variables(step.text) - VARIABLES):
            what = f"text: the step {step.id!r} names {name!r}, not one of {known}"
            yield Finding(playbook.place.at("steps", i, "text"), what)


def _no_reference(rule: Placed[Rule], playbook: Placed[Playbook]) -> Iterator[Finding]:
    if "station" not in rule.thing.site_kinds:
        return
    for i, step in enumerate(playbook.thing.steps):
        if "reference" in variables(step.text):
            what = f"text: the step {step.id!r} names a reference, and the rule"
            what = f"{what} {rule.thing.id!r} is about stations, which have none"
            yield Finding(playbook.place.at("steps", i, "text"), what)
