"""Whoever may be told of an alarm can be reached by two ways."""

from collections.abc import Iterator

from sites.draft import Draft, Finding, Place, Placed
from sites.person import Contact
from sites.policy import Policy, in_force
from sites.rule import recipients
from sites.unit import Unit

NEEDED = 2
_CENTRE = "receiver"  # of the control room, where it has an account for each place


def contact_findings(draft: Draft) -> Iterator[Finding]:
    """Find people who are told of alarms and have fewer than two channels."""
    if "rules" in draft.partial:
        return
    told = {role for rule in draft.rules for role in recipients(rule.thing)}
    if draft.policy_place is not None:
        for number, person in enumerate(draft.policy.people):
            if person.role in told:
                place = draft.policy_place.at("people", number)
                yield from _too_few(place, person.id, _channels(person.tell))
    for unit in draft.units:
        if "people" not in unit.lost:
            yield from _of_unit(unit, told | _escalated(draft.policy, unit), draft)


def _of_unit(unit: Placed[Unit], told: set[str], draft: Draft) -> Iterator[Finding]:
    shifts = () if unit.thing.roster is None else unit.thing.roster.shifts
    on_duty = {name for shift in shifts for name in (shift.first, shift.stand_in)}
    sites = [site.thing for site in draft.sites if site.thing.unit == unit.thing.id]
    signalled = bool(sites) and all(site.account for site in sites)
    for number, person in enumerate(unit.thing.people):
        if person.role == "household":
            continue
        if person.role in told or person.id in on_duty:
            channels = _channels(person.tell)
            if person.role == "control_room" and signalled:
                channels = (*channels, _CENTRE)
            yield from _too_few(unit.place.at("people", number), person.id, channels)


def _escalated(national: Policy, unit: Placed[Unit]) -> set[str]:
    escalation = in_force(national, unit.thing.policy).escalation
    steps = (*escalation.urgent, *escalation.attention)
    return {told for step in steps for told in step.tells}


def _channels(contact: Contact | None) -> tuple[str, ...]:
    return () if contact is None else contact.channels


def _too_few(place: Place, name: str, channels: tuple[str, ...]) -> Iterator[Finding]:
    if len(channels) >= NEEDED:
        return
    has = "nothing under 'tell'" if not channels else f"only {channels[0]!r}"
    what = f"{name!r} may be told of an alarm and has {has}: two channels are needed"
    yield Finding(place, what)
