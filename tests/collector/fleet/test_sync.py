"""The store says what the inventory says."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from nacl.signing import SigningKey
from structlog.testing import capture_logs

from collector.database import Database
from collector.errors import ConflictError
from collector.fleet.directory import directory_of
from collector.fleet.errors import PlaybookRewrittenError
from collector.fleet.sync import sync
from sites.inventory import Inventory
from sites.keys import key_text
from sites.person import Contact, NationalPerson, Person
from sites.site import Site
from sites.unit import Unit
from tests.collector import world
from tests.collector.databases import Role
from tests.incident import stage

Owner = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
async def database(database_url: Callable[[Role], str]) -> AsyncIterator[Database]:
    async with Database.open(database_url("wachtpost_collector"), "test") as opened:
        yield opened


def look(owner: Owner, text: str) -> list[Any]:
    return [row[0] for row in owner.execute(text.encode()).fetchall()]


def without(inventory: Inventory, site: str) -> Inventory:
    left = {id_: one for id_, one in inventory.sites.items() if id_ != site}
    return replace(inventory, sites=left)


def changed(inventory: Inventory, site: str, **fields: Any) -> Inventory:
    other = inventory.sites[site].model_copy(update=fields)
    return replace(inventory, sites={**inventory.sites, site: other})


def with_people(inventory: Inventory, unit: str, *people: Person) -> Inventory:
    other: Unit = inventory.units[unit].model_copy(update={"people": people})
    return replace(inventory, units={**inventory.units, unit: other})


@pytest.mark.both_databases
async def test_everything_that_is_declared_comes_in(database: Database, owner: Owner):
    inventory = world.inventory()
    done = await sync(database, inventory)
    assert look(owner, "select unit from store.unit order by 1") == ["noord", "zuid"]
    assert look(owner, "select site from store.site order by 1") == sorted(
        inventory.sites
    )
    assert look(owner, "select device from store.device order by 1") == sorted(
        inventory.devices
    )
    assert look(owner, "select count(*) from store.sensor where kind = 'camera'") == [3]
    assert look(owner, "select distinct zone from store.sensor where number = 5") == [1]
    assert look(owner, "select count(*) from store.zone") == [6]
    assert look(owner, "select count(*) from store.person") == [8]
    assert look(owner, "select count(*) from store.playbook") == [3]
    assert done.changed == 2 + 3 + 6 + 3 + 15 + 8
    assert (done.removed, done.rekeyed) == (0, ())


async def test_a_second_time_changes_nothing(database: Database):
    await sync(database, world.inventory())
    again = await sync(database, world.inventory())
    assert (again.changed, again.removed, again.rekeyed) == (0, 0, ())


async def test_a_home_has_no_name_and_a_station_no_kit(
    database: Database, owner: Owner
):
    await sync(database, world.inventory())
    rows = owner.execute(
        "select kind, kit, name is null from store.site order by kind, kit"
    ).fetchall()
    assert rows[0] == ("home", stage.KIT.upper(), True)
    assert {row[1:] for row in rows[1:]} == {(None, False)}


async def test_what_is_gone_is_marked_and_comes_back(database: Database, owner: Owner):
    await sync(database, world.inventory())
    gone = await sync(database, without(world.inventory(), stage.OTHER))
    assert gone.removed == 1 + 1 + 5 + 2
    marked = "select site from store.site where removed is not null"
    assert look(owner, marked) == [stage.OTHER]
    assert look(owner, "select device from store.device where removed is not null") == [
        world.OTHER
    ]
    back = await sync(database, world.inventory())
    assert back.changed == gone.removed
    assert look(owner, marked) == []


async def test_who_left_is_marked_and_not_reachable_any_more(
    database: Database, owner: Owner
):
    inventory = world.inventory()
    await sync(database, inventory)
    left, *stay = inventory.units["noord"].people
    await sync(database, with_people(inventory, "noord", *stay))
    rows = owner.execute(
        "select person, tell from store.person where removed is not null"
    ).fetchall()
    assert rows == [(left.id, None)]


async def test_everybody_belongs_to_the_unit_that_names_them(
    database: Database, owner: Owner
):
    inventory = world.inventory()
    people = inventory.units["noord"].people
    room = Person(id="room-noord", role="control_room")
    await sync(database, with_people(inventory, "noord", *people, room))
    found = look(owner, "select unit from store.person where person = 'room-noord'")
    assert found == ["noord"]


async def test_who_belongs_to_no_unit_comes_in_without_one(
    database: Database, owner: Owner
):
    inventory = world.inventory()
    cso = NationalPerson(id="the-cso", role="cso")
    policy = inventory.policy.model_copy(update={"people": (cso,)})
    await sync(database, replace(inventory, policy=policy))
    found = owner.execute("select role, unit from store.person where unit is null")
    assert found.fetchall() == [("cso", None)]
    assert look(owner, "select count(*) from store.unit where policy ? 'people'") == [0]


async def test_national_people_belong_to_no_unit_and_leave_no_trace_in_a_policy(
    database: Database, owner: Owner
):
    inventory = world.inventory()
    cso = NationalPerson(
        id="the-cso", role="cso", tell=Contact(email="cso@police.example")
    )
    policy = inventory.policy.model_copy(update={"people": (cso,)})
    await sync(database, replace(inventory, policy=policy))
    found = owner.execute(
        "select person, unit, tell from store.person where unit is null"
    ).fetchall()
    assert found == [("the-cso", None, {"email": "cso@police.example"})]
    policies = look(owner, "select policy::text from store.unit")
    assert not any("cso" in one or "people" in one for one in policies)


async def test_another_key_is_told_by_the_devices_id_alone(database: Database):
    inventory = world.inventory()
    await sync(database, inventory)
    key = key_text(SigningKey(bytes([9]) * 32).verify_key)
    with capture_logs() as logs:
        done = await sync(database, inventory.with_keys({world.KIT: key}))
    assert done.rekeyed == (world.KIT,)
    (told,) = [one for one in logs if one["event"] == "device.rekeyed"]
    assert told == {
        "event": "device.rekeyed",
        "device": world.KIT,
        "log_level": "warning",
    }
    assert key not in str(logs)


async def test_a_playbook_does_not_change_under_its_version(
    database: Database, owner: Owner
):
    inventory = world.inventory()
    await sync(database, inventory)
    book = inventory.playbooks["panic"]
    steps = book.steps[:-1]
    other = replace(
        without(inventory, stage.OTHER),
        playbooks={
            **inventory.playbooks,
            "panic": book.model_copy(update={"steps": steps}),
        },
    )
    with pytest.raises(PlaybookRewrittenError, match="'panic' version 2"):
        await sync(database, other)
    assert look(owner, "select count(*) from store.site where removed is null") == [3]
    newer = book.model_copy(update={"steps": steps, "version": 3})
    await sync(
        database,
        replace(inventory, playbooks={**inventory.playbooks, "panic": newer}),
    )
    assert look(
        owner, "select version from store.playbook where playbook = 'panic' order by 1"
    ) == [2, 3]


async def test_a_refused_inventory_changes_nothing(database: Database, owner: Owner):
    await sync(database, world.inventory())
    twin = world.inventory().sites[stage.STATION]
    site: Site = twin.model_copy(
        update={
            "id": "twin",
            "devices": (twin.devices[0].model_copy(update={"id": "d" * 16}),),
        }
    )
    inventory = without(world.inventory(), stage.OTHER)
    both = replace(inventory, sites={**inventory.sites, "twin": site})
    with pytest.raises(ConflictError) as caught:
        await sync(database, both)
    assert caught.value.constraint == "device_key_key"
    assert look(owner, "select count(*) from store.site where removed is null") == [3]


async def test_a_stricter_policy_reaches_the_store(database: Database, owner: Owner):
    await sync(database, world.inventory())
    national = world.inventory().policy.model_copy(update={"take_urgent_s": 45})
    done = await sync(database, replace(world.inventory(), policy=national))
    assert done.changed == 2
    assert look(owner, "select policy->>'take_urgent_s' from store.unit") == ["45"] * 2


async def test_a_site_that_moves_takes_its_devices_along(
    database: Database, owner: Owner
):
    await sync(database, world.inventory())
    await sync(database, changed(world.inventory(), stage.STATION, unit="zuid"))
    assert look(
        owner,
        f"select distinct unit from store.sensor where device = '{world.STATION}'",  # noqa: S608  # a constant of the test
    ) == ["zuid"]


def test_the_directory_knows_where_each_sensor_looks():
    known = directory_of(world.inventory())[world.STATION]
    assert (known.site, known.unit, known.home) == (stage.STATION, "noord", False)
    assert dict(known.zones) == {1: 1, 2: 2, 5: 1}, "the camera looks at one zone"
    assert known.key == world.DEVICE_KEYS[world.STATION].verify_key
    assert directory_of(world.inventory())[world.KIT].home
