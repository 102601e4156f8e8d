"""Who may ask: one person of each role, in both units and at both kits, and nobody."""

from dataclasses import dataclass

from tests.dashboard.house import Guest, House
from tests.dashboard.town import HAVEN, KIT, PLEIN

KIT_ELSEWHERE = "9cpv-d5"
NEIGHBOUR = "r7lm-wt"  # a kit of the same unit
STRANGER = "stranger"


@dataclass(frozen=True)
class Person:
    """Somebody with a role; `unit` or `site` where the role is of one."""

    role: str
    unit: str | None = None
    site: str | None = None


CAST = {
    **{
        f"{unit}-{role.replace('_', '-')}": Person(role, unit)
        for unit in ("duinland", "veenrand")
        for role in ("coordinator", "deputy", "desk", "case_manager", "control_room")
    },
    "duinland-head": Person("head_of_operations", "duinland"),
    "veenrand-head": Person("head_of_operations", "veenrand"),
    "national-cso": Person("cso"),
    "national-auditor": Person("auditor"),
    "national-administrator": Person("administrator"),
    "national-control-room": Person("control_room"),
    "household": Person("household", "duinland", KIT),
    "colleague": Person("household", "duinland", NEIGHBOUR),
    "household-elsewhere": Person("household", "veenrand", KIT_ELSEWHERE),
    STRANGER: Person(STRANGER),
}
_PERSON = """
    insert into store.person (person, unit, role, language, site)
    values (%s, %s, %s, 'nl', %s)
    on conflict (person) do update set site = excluded.site"""


@dataclass(frozen=True)
class Place:
    """A place, and to whom it belongs."""

    site: str
    unit: str
    home: bool


PLACES = (
    Place(HAVEN, "duinland", home=False),
    Place(KIT, "duinland", home=True),
    Place(PLEIN, "veenrand", home=False),
    Place(KIT_ELSEWHERE, "veenrand", home=True),
)


def relation(person: Person, place: Place | None) -> str:
    """Say what somebody is to a place: his role, where it is one of his.

    `elsewhere` stands for the same role in another unit, or at another kit; whoever
    has a role of the whole country is it everywhere.
    """
    if place is None or person.role == STRANGER:
        return person.role
    if person.site is not None:
        return person.role if person.site == place.site else "elsewhere"
    if person.unit is not None and person.unit != place.unit:
        return "elsewhere"
    return person.role


async def hire(house: House) -> dict[str, Guest]:
    """Have all of them, each signed in in a browser of his own."""
    guests = {}
    for name, person in CAST.items():
        if person.role == STRANGER:
            guests[name] = await house.stranger()
            continue
        await house.town.pen.execute(
            _PERSON, [name, person.unit, person.role, person.site]
        )
        guests[name] = await house.guest(name)
    return guests
