"""Brings the declared inventory into the store, where rows are joined and walled."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from collector.database import Database, Transaction, jsonb
from collector.errors import DatabaseBusyError
from collector.fleet.errors import PlaybookRewrittenError
from collector.keep.audit import Entry, Verb, note
from collector.query import Queries, Row
from sites.inventory import Inventory
from sites.person import Contact, NationalPerson, Person
from sites.site import Site

log = structlog.get_logger()

_QUERIES = Queries(Path(__file__).parent / "sql")
_Rows = list[dict[str, Any]]
TRIES = 5


@dataclass(frozen=True)
class Synced:
    """How many rows changed, and the devices that were given another key."""

    changed: int
    removed: int
    rekeyed: tuple[str, ...]


async def sync(database: Database, inventory: Inventory) -> Synced:
    """Make the store say what the inventory says, whole or not at all.

    Again, it changes nothing, and locks nothing that others store for. What is gone
    from the inventory is marked as removed (its records stay), but zones and sensors
    go; a unit stays, without people.

    A site or device that changes is locked while others may store for it, in their own
    order: who is chosen to yield (a deadlock) begins again.

    Raises:
        PlaybookRewrittenError: a playbook was changed without a new version.
        DatabaseError: nothing was changed.
    """
    for _ in range(TRIES - 1):
        try:
            return await _try(database, inventory)
        except DatabaseBusyError as error:
            log.warning("inventory.retried", reason=str(error))
    return await _try(database, inventory)


async def _try(database: Database, inventory: Inventory) -> Synced:
    async with database.transaction() as transaction:
        await transaction.one(_QUERIES["lock"])
        rekeyed = await _rekeyed(transaction, inventory)
        await _playbooks(transaction, inventory)
        changed = await _put_in(transaction, inventory)
        removed = await _take_out(transaction, inventory)
        moved = await _people_changed(transaction, inventory)
        for entry in moved.entries:
            await note(transaction, entry)
    changed, removed = changed + moved.changed, removed + moved.removed
    for device in rekeyed:
        log.warning("device.rekeyed", device=device)
    log.info("inventory.synced", changed=changed, removed=removed)
    return Synced(changed, removed, rekeyed)


async def _rekeyed(transaction: Transaction, inventory: Inventory) -> tuple[str, ...]:
    known = await transaction.all(_QUERIES["device_keys"])
    now = inventory.devices
    return tuple(
        row["device"]
        for row in known
        if row["device"] in now and now[row["device"]].key != row["key"]
    )


async def _playbooks(transaction: Transaction, inventory: Inventory) -> None:
    rows = [
        {"playbook": book.id, "version": book.version, "content": book.model_dump()}
        for book in inventory.playbooks.values()
    ]
    await transaction.run(_QUERIES["playbooks"], rows=jsonb(rows))
    differing = await transaction.all(_QUERIES["playbooks_differing"], rows=jsonb(rows))
    if differing:
        raise PlaybookRewrittenError(
            [(row["playbook"], row["version"]) for row in differing]
        )


async def _put_in(transaction: Transaction, inventory: Inventory) -> int:
    changed = 0
    for name, rows in (
        ("units", _units(inventory)),
        ("sites", _sites(inventory)),
        ("zones", _zones(inventory)),
        ("devices", _devices(inventory)),
        ("sensors", _sensors(inventory)),
    ):
        changed += await transaction.run(_QUERIES[name], rows=jsonb(rows))
    return changed


async def _take_out(transaction: Transaction, inventory: Inventory) -> int:
    removed = 0
    for name, kept in (
        ("devices_removed", list(inventory.devices)),
        ("sites_removed", list(inventory.sites)),
    ):
        removed += await transaction.run(_QUERIES[name], kept=kept)
    for name, rows in (
        ("sensors_removed", _sensors(inventory)),
        ("zones_removed", _zones(inventory)),
    ):
        removed += await transaction.run(_QUERIES[name], rows=jsonb(rows))
    return removed


@dataclass(frozen=True)
class _Moved:
    """How many people changed or went, and what the audit chain is told of it."""

    changed: int
    removed: int
    entries: tuple[Entry, ...]


async def _people_changed(transaction: Transaction, inventory: Inventory) -> _Moved:
    people = _people(inventory)
    changed = await transaction.all(_QUERIES["people"], rows=jsonb(people))
    kept = [row["person"] for row in people]
    removed = await transaction.all(_QUERIES["people_removed"], kept=kept)
    given = [_entry(row, "change") for row in changed if row["moved"]]
    taken = [_entry(row, "delete") for row in removed]
    return _Moved(len(changed), len(removed), (*given, *taken))


def _entry(row: Row, verb: Verb) -> Entry:
    somebody = f"person:{row['person']}"
    reason = f"role {row['role']}" if verb == "change" else "removed"
    return Entry(verb, somebody, somebody, row["unit"], reason=reason)


def _units(inventory: Inventory) -> _Rows:
    return [
        {
            "unit": unit.id,
            "name": unit.name.model_dump(),
            "policy": inventory.policy_of(unit.id).model_dump(exclude={"people"}),
        }
        for unit in inventory.units.values()
    ]


def _people(inventory: Inventory) -> _Rows:
    national = [_person(person, None) for person in inventory.policy.people]
    return national + [
        _person(person, unit.id)
        for unit in inventory.units.values()
        for person in unit.people
    ]


def _person(person: Person | NationalPerson, unit: str | None) -> dict[str, Any]:
    return {
        "person": person.id,
        "unit": unit,
        "role": person.role,
        "language": person.language,
        "tell": _tell(person.tell),
        "site": person.site if isinstance(person, Person) else None,
    }


def _tell(contact: Contact | None) -> dict[str, str] | None:
    return (contact and contact.model_dump(exclude_none=True)) or None


def _sites(inventory: Inventory) -> _Rows:
    return [
        {
            "site": site.id,
            "unit": site.unit,
            "kind": site.kind,
            "name": None if site.name is None else site.name.model_dump(),
            "kit": site.kit,
            "reference": site.reference,
            "may_ring": site.may_ring,
            "account": site.account,
            "time_zone": site.time_zone,
        }
        for site in inventory.sites.values()
    ]


def _zones(inventory: Inventory) -> _Rows:
    return [
        {
            "site": site.id,
            "number": zone.number,
            "unit": site.unit,
            "kind": zone.kind,
            "name": None if zone.name is None else zone.name.model_dump(),
            "plan": zone.plan,
        }
        for site in inventory.sites.values()
        for zone in site.zones
    ]


def _devices(inventory: Inventory) -> _Rows:
    return [
        {"device": device.id, "site": site.id, "unit": site.unit, "key": device.key}
        for site in inventory.sites.values()
        for device in site.devices
    ]


def _sensors(inventory: Inventory) -> _Rows:
    return [row for site in inventory.sites.values() for row in _looks(site)]


def _looks(site: Site) -> Iterator[dict[str, Any]]:
    for device in site.devices:
        shared = {"device": device.id, "unit": site.unit}
        for sensor in device.sensors:
            yield {
                **shared,
                "number": sensor.number,
                "kind": sensor.kind,
                "zone": sensor.zone,
                "quantity": sensor.quantity,
            }
        for camera in device.cameras:
            number, zone = camera.number, camera.zone
            yield {**shared, "number": number, "kind": "camera", "zone": zone}
