"""A small world for tests of incidents: two units, a station and two kits.

People are named `<role>-<unit>`, such as `desk-noord`; the control room and the auditor
belong to no unit.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from collector.intake.row import EventRow
from sites.inventory import Inventory
from sites.person import Contact, Person
from sites.playbook import Playbook, Step
from sites.record import Lane
from sites.rule import Rule
from sites.site import Camera, Device, Sensor, Site, View, Zone
from sites.unit import Unit
from sites.words import Role, Text

NOW = datetime(2026, 3, 5, 1, 41, 49, tzinfo=UTC)
STATION, KIT, OTHER = "haven", "7f3k-q2", "duin"
STATION_DEVICE, KIT_DEVICE, OTHER_DEVICE = "a" * 16, "b" * 16, "c" * 16
PLAN = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
ROLES: tuple[Role, ...] = ("coordinator", "deputy", "case_manager", "desk")


def text(nl: str, en: str | None = None) -> Text:
    return Text(nl=nl, en=en or f"{nl} (en)")


def step(id_: str, role: Role, **more: Any) -> Step:
    return Step(id=id_, role=role, text=text(f"doe {id_}", f"do {id_}"), **more)


def rule(id_: str, *kinds: str, **more: Any) -> Rule:
    fields: dict[str, Any] = {
        "site_kinds": ("station", "home"),
        "cause": id_,
        "title": text(id_),
        "priority": "urgent",
        "playbook": "intrusion",
        "tells": ("coordinator", "desk"),
    }
    return Rule.model_validate({"id": id_, "kinds": kinds, **fields, **more})


RULES = (
    rule("alarm", "alarm.raised", cause="intrusion"),
    rule(
        "door",
        "contact.opened",
        cause="intrusion",
        priority="attention",
        playbook="door",
        zone_kinds=("back_door",),
        site_kinds=("station",),
        tells=("desk", "case_manager"),
    ),
    rule("panic", "panic.pressed", playbook="panic", to_control_room=True),
    rule("duress", "duress.entered", playbook="panic", to_control_room=True),
    rule("tamper", "tamper.opened", priority="attention"),
    rule("blind", "device.silent", "path.lost", "camera.lost", priority="notice"),
)
PLAYBOOKS = (
    Playbook(
        id="intrusion",
        title=text("Inbraak"),
        version=3,
        steps=(
            step("look", "desk"),
            step("send", "desk", mandatory=True),
            step("visit", "coordinator", mandatory=True),
        ),
    ),
    Playbook(
        id="door",
        title=text("Deur"),
        version=1,
        steps=(
            step("watch", "desk", mandatory=True),
            step("look", "desk"),
            step("note", "case_manager"),
        ),
    ),
    Playbook(
        id="panic",
        title=text("Paniek"),
        version=2,
        steps=(
            step("ring", "desk", applies="loud", rings=True, mandatory=True),
            step("quiet", "desk", applies="silent", mandatory=True),
            step("dispatch", "control_room", mandatory=True),
            step("visit", "coordinator"),
        ),
    ),
)


def _zone(number: int, kind: str) -> Zone:
    return Zone.model_validate({"number": number, "kind": kind, "plan": PLAN})


def _sensor(number: int, kind: str, zone: int | None = None) -> Sensor:
    return Sensor.model_validate({"number": number, "kind": kind, "zone": zone})


def _device(id_: str) -> Device:
    return Device(
        id=id_,
        key=id_.encode().hex() * 2,
        sensors=(
            _sensor(1, "contact", 1),
            _sensor(2, "contact", 2),
            _sensor(3, "tamper"),
            _sensor(4, "panic"),
        ),
        cameras=(Camera(number=5, source="made:1", views=(View(zone=1, area=PLAN),)),),
    )


def _station(id_: str, unit: str, device: str) -> Site:
    return Site(
        id=id_,
        unit=unit,
        kind="station",
        name=text(f"Bureau {id_.title()}"),
        zones=(_zone(1, "entrance"), _zone(2, "back_door")),
        devices=(_device(device),),
    )


def _kit() -> Site:
    return Site(
        id=KIT,
        unit="noord",
        kind="home",
        kit=KIT.upper(),
        reference="AOL-1234",
        zones=(_zone(1, "hall"), _zone(2, "back_door")),
        devices=(_device(KIT_DEVICE),),
    )


def _unit(id_: str) -> Unit:
    return Unit(
        id=id_,
        name=text(f"Eenheid {id_.title()}"),
        people=tuple(
            Person(
                id=f"{role.replace('_', '-')}-{id_}",
                role=role,
                language="en" if role == "deputy" else "nl",
                tell=Contact(email=f"{role}@{id_}.example"),
            )
            for role in ROLES
        ),
    )


def inventory(rules: Iterable[Rule] = RULES) -> Inventory:
    """Give the declared world, with other rules where a test wants them."""
    return Inventory(
        units={unit: _unit(unit) for unit in ("noord", "zuid")},
        sites={
            STATION: _station(STATION, "noord", STATION_DEVICE),
            KIT: _kit(),
            OTHER: _station(OTHER, "zuid", OTHER_DEVICE),
        },
        rules={one.id: one for one in rules},
        playbooks={one.id: one for one in PLAYBOOKS},
    )


def row(kind: str, seq: int = 1, **more: Any) -> EventRow:
    """Give a stored record of the station, `seq` seconds after NOW."""
    site = more.pop("site", STATION)
    device = {STATION: STATION_DEVICE, KIT: KIT_DEVICE, OTHER: OTHER_DEVICE}[site]
    lane: Lane = "al"
    at = NOW + timedelta(seconds=seq)
    fields: dict[str, Any] = {"at": at, "received": at, "run": "0" * 16} | more
    unit = "zuid" if site == OTHER else "noord"
    return EventRow(
        device=device, lane=lane, seq=seq, unit=unit, site=site, kind=kind, **fields
    )


def panic(seq: int = 1, *, silent: bool, **more: Any) -> EventRow:
    return row("panic.pressed", seq, sensor=4, data={"silent": silent}, **more)


def alarm(seq: int = 1, cause: str = "motion", **more: Any) -> EventRow:
    return row("alarm.raised", seq, zone=2, data={"cause": cause}, **more)


def door(seq: int = 1, **more: Any) -> EventRow:
    return row("contact.opened", seq, sensor=2, zone=2, **more)


def furnish(owner: psycopg.Connection[Any], declared: Inventory) -> None:
    """Put the declared world into the store, as a superuser."""
    for unit in declared.units.values():
        owner.execute(
            "insert into store.unit values (%s, %s, '{}')",
            [unit.id, Jsonb(unit.name.model_dump())],
        )
        for person in unit.people:
            _person(owner, person, unit.id)
    _person(
        owner,
        Person(id="room", role="control_room", tell=Contact(email="r@mk.example")),
        None,
    )
    _person(owner, Person(id="auditor", role="auditor"), None)
    for site in declared.sites.values():
        name = None if site.name is None else Jsonb(site.name.model_dump())
        owner.execute(
            "insert into store.site (site, unit, kind, name, kit, reference, time_zone)"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            [
                site.id,
                site.unit,
                site.kind,
                name,
                site.kit,
                site.reference,
                site.time_zone,
            ],
        )
    for playbook in declared.playbooks.values():
        owner.execute(
            "insert into store.playbook values (%s, %s, %s)",
            [playbook.id, playbook.version, Jsonb(playbook.model_dump(mode="json"))],
        )


def _person(owner: psycopg.Connection[Any], person: Person, unit: str | None) -> None:
    owner.execute(
        "insert into store.person (person, unit, role, language, tell)"
        " values (%s, %s, %s, %s, %s)",
        [person.id, unit, person.role, person.language, _tell(person.tell)],
    )


def _tell(contact: Contact | None) -> Jsonb | None:
    if contact is None:
        return None
    return Jsonb(contact.model_dump(exclude_none=True))


def clear(owner: psycopg.Connection[Any]) -> None:
    """Forget every incident, and all that hangs on them."""
    owner.execute("truncate store.incident restart identity cascade")


def look(
    owner: psycopg.Connection[Any], query: str, parameters: Mapping[str, Any] = {}
) -> list[tuple[Any, ...]]:
    """Give what a superuser sees."""
    return owner.execute(query.encode(), parameters).fetchall()
