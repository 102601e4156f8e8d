"""A unit has the people that it needs, and is nowhere looser than the country."""

from collections.abc import Iterator

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
    for unit in draft.units:
        yield from _without_people(unit)
        for field, value, bound in looser(draft.policy, unit.thing.policy):
            what = f"{field}: {value} is looser than the national {bound}"
            yield Finding(unit.place.at("policy", field), what)


def _without_people(unit: Placed[Unit]) -> Iterator[Finding]:
    if "people" in unit.lost:
        return
    for role in missing_roles(unit.thing):
        what = f"the unit {unit.thing.id!r} has no {_CALLED[role]}"
        yield Finding(unit.place.at("people"), what)
