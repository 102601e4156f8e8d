"""Whoever gets, changes or loses a role stands in the audit chain."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import psycopg
import pytest

from collector.database import Database
from collector.fleet.sync import sync
from sites.inventory import Inventory
from tests.collector import world
from tests.collector.databases import Role

Owner = psycopg.Connection[Any]
ENTRIES = b"select actor, verb, object, reason from store.audit order by entry"


@pytest.fixture
async def database(
    database_url: Callable[[Role], str],
) -> AsyncIterator[Database]:
    async with Database.open(database_url("wachtpost_collector"), "test") as opened:
        yield opened


def changed(**people: Any) -> Inventory:
    """Give the small world, with people of its first unit changed; None: gone."""
    inventory = world.inventory()
    first, *others = inventory.units.values()
    kept = [
        person.model_copy(update=people.get(person.role, {}))
        for person in first.people
        if people.get(person.role, {}) is not None
    ]
    units = [first.model_copy(update={"people": tuple(kept)}), *others]
    return Inventory(**{**vars(inventory), "units": {one.id: one for one in units}})


async def test_a_role_is_noted_when_it_is_given_changed_and_taken(
    database: Database, owner: Owner
):
    await sync(database, world.inventory())
    given = owner.execute(ENTRIES).fetchall()
    (number,) = owner.execute("select count(*) from store.person").fetchone() or (0,)
    assert len(given) == number > 3
    assert {row[:2] for row in given} == {("collector", "change")}
    owner.execute("delete from store.audit")
    await sync(database, world.inventory())
    assert owner.execute(ENTRIES).fetchall() == []
    await sync(database, changed(desk={"role": "deputy"}, deputy=None))
    desk = next(p for p in one_unit(world.inventory()) if p.role == "desk").id
    deputy = next(p for p in one_unit(world.inventory()) if p.role == "deputy").id
    assert owner.execute(ENTRIES).fetchall() == [
        ("collector", "change", f"person:{desk}", "role deputy"),
        ("collector", "delete", f"person:{deputy}", "removed"),
    ]


def one_unit(inventory: Inventory) -> Any:
    return next(iter(inventory.units.values())).people


async def test_since_when_somebody_has_his_role_moves_with_the_role_alone(
    database: Database, owner: Owner
):
    await sync(database, world.inventory())
    owner.execute("update store.person set role_since = '2020-01-01Z'")
    owner.execute("delete from store.audit")
    news = {"language": "en"}
    await sync(database, changed(desk=news, coordinator={"role": "head_of_operations"}))
    moved = owner.execute(
        "select role from store.person where role_since > '2020-01-02Z'"
    ).fetchall()
    assert moved == [("head_of_operations",)]
    told = owner.execute(ENTRIES).fetchall()
    assert [row[3] for row in told] == ["role head_of_operations"]


async def test_a_household_gets_its_home_and_loses_it(database: Database, owner: Owner):
    home = next(site for site in world.inventory().sites.values() if site.kit)
    unit = world.inventory().units[home.unit]
    one = unit.people[0].model_copy(
        update={"id": "at-home", "role": "household", "site": home.id}
    )
    units = dict(world.inventory().units)
    units[unit.id] = unit.model_copy(update={"people": (*unit.people, one)})
    await sync(database, Inventory(**{**vars(world.inventory()), "units": units}))
    where = b"select site, removed is null from store.person where person = 'at-home'"
    assert owner.execute(where).fetchone() == (home.id, True)
    await sync(database, world.inventory())
    assert owner.execute(where).fetchone() == (None, False)
