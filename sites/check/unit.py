"""A unit has the people that it needs, and is nowhere looser than the country."""

from collections.abc import Collection, Iterator

from sites.draft import Draft, Finding, Placed
from sites.policy import looser
from sites.unit import Unit, missing_roles
from sites.words import Role

_CALLED: dict[Role, str] = {
    "coordinator": "coordinator",
    "deputy": "deputy",
    "case_manager": "case manager (case_manager)",
    "desk": "24-hour desk (desk)",
}


def unit_findings(draft: Draft) -> Iterator[Finding]:
    """Find units without their people, and bounds that a unit loosened."""
    homes = {(site.thing.unit, site.thing.id) for site in draft.sites if site.thing.kit}
    for unit in draft.units:
        yield from _without_people(unit)
        yield from _households(unit, homes, draft)
        for field, value, bound in looser(draft.policy, unit.thing.policy):
            what = f"{field}: {value} is looser than the national {bound}"
            yield Finding(unit.place.at("policy", field), what)


def _without_people(unit: Placed[Unit]) -> Iterator[Finding]:
    if "people" in unit.lost:
        return
    for role in missing_roles(unit.thing):
        what = f"the unit {unit.thing.id!r} has no {_CALLED[role]}"
        yield Finding(unit.place.at("people"), what)


def _households(
    unit: Placed[Unit], homes: Collection[tuple[str, str]], draft: Draft
) -> Iterator[Finding]:
    """Find households without a home of their unit, and others who have one."""
    for number, person in enumerate(unit.thing.people):
        place = unit.place.at("people", number)
        if person.role != "household":
            if person.site is not None:
                what = f"site: a {person.role!r} belongs to the unit, to no single site"
                yield Finding(place.at("site"), what)
        elif person.site is None:
            yield Finding(place, "a household has a 'site': the id of its kit")
        elif (unit.thing.id, person.site) not in homes and "sites" not in draft.partial:
            what = f"site: the unit {unit.thing.id!r} has no kit {person.site!r}"
            yield Finding(place.at("site"), what)
