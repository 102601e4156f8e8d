"""Nothing is called by the name of something else."""

from collections.abc import Iterable, Iterator

from sites.draft import Draft, Finding, Place

Named = Iterable[tuple[str | int, Place]]


def identity_findings(draft: Draft) -> Iterator[Finding]:
    """Find ids, numbers and keys that are used twice, over all files."""
    for what, shelf in (
        ("unit", draft.units),
        ("site", draft.sites),
        ("rule", draft.rules),
        ("playbook", draft.playbooks),
    ):
        named = [(one.thing.id, one.place.at("id")) for one in shelf]
        yield from twice(f"the {what} id", named)
    yield from twice("the person id", _people(draft))
    yield from twice("the reference", _numbers(draft, "reference"))
    yield from twice("the account", _numbers(draft, "account"))
    yield from twice("the device id", _devices(draft, "id"))
    for _, place, first in _again(_devices(draft, "key")):
        yield Finding(place, "key: another device has the same key", first)
    yield from _inside(draft)


def twice(what: str, named: Named) -> Iterator[Finding]:
    """Find names that stand in the list a second time."""
    for name, place, first in _again(named):
        yield Finding(place, f"{what} {name!r} is used twice", first)


def _again(named: Named) -> Iterator[tuple[str | int, Place, Place]]:
    seen: dict[str | int, Place] = {}
    for name, place in named:
        if name in seen:
            yield name, place, seen[name]
        else:
            seen[name] = place


def _people(draft: Draft) -> Named:
    if draft.policy_place is not None:
        for i, national in enumerate(draft.policy.people):
            yield national.id, draft.policy_place.at("people", i, "id")
    for unit in draft.units:
        for i, person in enumerate(unit.thing.people):
            yield person.id, unit.place.at("people", i, "id")


def _numbers(draft: Draft, field: str) -> Named:
    for site in draft.sites:
        if (number := getattr(site.thing, field)) is not None:
            yield number, site.place.at(field)


def _devices(draft: Draft, field: str) -> Named:
    for site in draft.sites:
        for i, device in enumerate(site.thing.devices):
            yield getattr(device, field), site.place.at("devices", i, field)


def _inside(draft: Draft) -> Iterator[Finding]:
    for site in draft.sites:
        zones = [
            (zone.number, site.place.at("zones", i, "number"))
            for i, zone in enumerate(site.thing.zones)
        ]
        yield from twice("the zone number", zones)
        safeguards = [
            (safeguard.id, site.place.at("safeguards", i, "id"))
            for i, safeguard in enumerate(site.thing.safeguards)
        ]
        yield from twice("the safeguard id", safeguards)
    for playbook in draft.playbooks:
        steps = [
            (step.id, playbook.place.at("steps", i, "id"))
            for i, step in enumerate(playbook.thing.steps)
        ]
        yield from twice("the step id", steps)
