"""An inventory comes in while collectors store: none waits for ever."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import psycopg
import pytest
from structlog.testing import capture_logs

from collector.database import Database
from collector.fleet.directory import directory_of
from collector.fleet.sync import sync
from collector.intake.found import lock_sites
from collector.intake.ingest import Heard, examine
from collector.intake.store import store
from sites.event import ContactOpened
from sites.inventory import Inventory
from tests.collector import world
from tests.collector.databases import Role
from tests.collector.intake.bench import message
from tests.collector.waiting import until
from tests.incident import stage

Owner = psycopg.Connection[tuple[object, ...]]

SECONDS = 30
WAITS = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"


@pytest.fixture
async def database(database_url: Callable[[Role], str]) -> AsyncIterator[Database]:
    async with Database.open(database_url("wachtpost_collector"), "test") as opened:
        await sync(opened, world.inventory())
        yield opened


def heard(*devices: str) -> list[Heard]:
    """Give a frame of each device, as it is when its signature was checked."""
    known = directory_of(world.inventory())
    found = []
    for device in devices:
        frame = world.Sender(device).frame(
            ContactOpened(at=world.NOW, sensor=1, zone=1)
        )
        one = examine(message(frame, device), world.COLLECTOR_SEAL, known)
        assert isinstance(one, Heard)
        found.append(one)
    return found


def changed() -> Inventory:
    """Give an inventory in which two stations are in another time zone."""
    inventory = world.inventory()
    others = {
        site: inventory.sites[site].model_copy(update={"time_zone": "Europe/Brussels"})
        for site in (stage.STATION, stage.OTHER)
    }
    return replace(inventory, sites={**inventory.sites, **others})


@pytest.mark.both_databases
async def test_what_did_not_change_is_brought_in_beside_a_batch_in_hand(
    database: Database,
):
    async with database.transaction() as transaction:
        await store(transaction, heard(world.STATION, world.OTHER))
        await lock_sites(transaction, [stage.STATION, stage.OTHER])
        async with asyncio.timeout(SECONDS):
            done = await sync(database, world.inventory())
    assert (done.changed, done.removed) == (0, 0)


@pytest.mark.both_databases
async def test_a_change_that_meets_a_batch_in_hand_yields_and_comes_in_after_it(
    database: Database, owner: Owner
):
    def waits() -> bool:
        row = owner.execute(WAITS).fetchone()
        return row == (1,)

    sites = {world.STATION: stage.STATION, world.OTHER: stage.OTHER}
    first, last = sorted(sites, key=lambda device: sites[device])
    with capture_logs() as logs:
        async with (
            asyncio.timeout(SECONDS),
            asyncio.TaskGroup() as group,
            database.transaction() as transaction,
        ):
            # The batch has the last site and wants the first, as their devices
            # come in it; the inventory has the first and wants the last.
            await store(transaction, heard(last))
            syncing = group.create_task(sync(database, changed()), name="sync")
            await until(waits, SECONDS)
            await store(transaction, heard(first))
    done = await syncing
    assert (done.changed, done.removed) == (2, 0)
    assert [one["event"] for one in logs].count("inventory.retried") == 1
    stored = owner.execute("select count(*) from store.event").fetchone()
    assert stored == (2,)
