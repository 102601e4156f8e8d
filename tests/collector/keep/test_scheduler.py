"""Whoever is first keeps house, once an hour; what fails is told and tried again."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from obstore.exceptions import GenericError
from obstore.store import ObjectStore

from collector.blob import open_store
from collector.database import Database
from collector.keep.scheduler import BLOBS_AWAY, Keeper
from collector.keep.terms import Terms
from collector.keep.turn import turn
from collector.metrics import Health
from tests.collector.databases import Role
from tests.collector.keep.pen import Pen, days
from tests.collector.setting import Setting
from tests.collector.waiting import SECONDS, until
from tests.servers.mosquitto import Broker

Url = Callable[[Role], str]


class BlobsAway:
    """A blob store beyond a network that is down."""

    def list(self, *_: object) -> Iterator[Any]:
        raise GenericError("no way there")

    async def delete_async(self, *_: object) -> None:
        raise GenericError("no way there")


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def keeper(
    database: Database, blobs: ObjectStore, terms: Terms, health: Health
) -> Keeper:
    return Keeper(database, blobs, terms, health)


@pytest.mark.both_databases
async def test_it_forgets_once_an_hour_and_rolls_up_each_time(keeper: Keeper, pen: Pen):
    now = pen.now()
    pen.untimed(now - days(100))
    await keeper.look()
    assert pen.count("event_untimed") == 0
    pen.untimed(now - days(100))
    pen.run("insert into store.rollup_dirty values ('haven', now() - interval '9 h')")
    await keeper.look()
    assert (pen.count("event_untimed"), pen.count("rollup_dirty")) == (1, 0)
    pen.run("update store.keep_done set done = done - interval '56 min'")
    await keeper.look()
    assert pen.count("event_untimed") == 0


async def test_two_collectors_forget_once_between_them(
    database_url: Url, blobs: ObjectStore, terms: Terms, keeper: Keeper, pen: Pen
):
    await keeper.look()
    pen.untimed(pen.now() - days(100))
    async with Database.open(database_url("wachtpost_collector"), "other") as other:
        await Keeper(other, blobs, terms, Health()).look()
    assert pen.count("event_untimed") == 1


async def test_it_leaves_the_work_to_whoever_is_at_it(
    database: Database, keeper: Keeper, health: Health, pen: Pen
):
    pen.untimed(pen.now() - days(100))
    async with turn(database):
        await keeper.look()
    assert pen.count("event_untimed") == 1
    assert health.troubles == {}


async def test_a_blob_store_that_is_away_is_told_and_the_rows_of_files_stay(
    database: Database, terms: Terms, health: Health, pen: Pen, blobs: ObjectStore
):
    now = pen.now()
    pen.picture(now - days(8))
    pen.untimed(now - days(100))
    away: Any = BlobsAway()
    await Keeper(database, away, terms, health).look()
    assert health.troubles == {"keep": BLOBS_AWAY}
    assert (pen.count("picture"), pen.count("event_untimed")) == (1, 0)
    await Keeper(database, blobs, terms, health).look()
    assert health.troubles == {}
    assert pen.count("picture") == 0


async def test_a_store_that_refuses_is_told_and_tried_again(
    keeper: Keeper, health: Health, pen: Pen
):
    pen.run("revoke delete on store.event_untimed from wachtpost_collector")
    await keeper.look()
    assert "permission denied" in health.troubles["keep"]
    pen.run("grant delete on store.event_untimed to wachtpost_collector")
    await keeper.look()
    assert health.troubles == {}


@pytest.mark.both_databases
async def test_a_running_collector_keeps_house(
    database_url: Url, private_broker: Broker, tmp_path: Path, pen: Pen
):
    now = pen.now()
    setting = Setting(database_url, private_broker, tmp_path)
    pen.folder = tmp_path / "blobs"
    open_store(str(pen.folder))
    pen.event(now - days(100))
    pen.picture(now - days(8))
    pen.measured(now - days(1))
    try:
        await setting.start()
        await until(
            lambda: pen.rows("select 1 from store.keep_done having count(*) = 4")
        )
    finally:
        setting.process.kill()
    assert (pen.count("event"), pen.count("picture")) == (0, 0)
    assert pen.files() == set()
    assert pen.count("measurement_hour") == pen.count("measurement") == 1
    assert pen.rows("select what from store.keep_done order by 1") == [
        ("audit",),
        ("audit_well",),
        ("forget",),
        ("rollup",),
    ]


async def test_it_begins_at_once_and_ends_when_cancelled(keeper: Keeper, pen: Pen):
    task = asyncio.create_task(keeper.run())
    await until(lambda: pen.count("keep_done") == 2, SECONDS)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.both_databases
async def test_what_was_forgotten_stands_in_the_audit_chain(keeper: Keeper, pen: Pen):
    pen.untimed(pen.now() - days(100))
    await keeper.look()
    told = "select actor, reason from store.audit where verb = 'delete'"
    assert pen.rows(told) == [("collector", "1 untimed")]
    pen.run("update store.keep_done set done = done - interval '56 min'")
    await keeper.look()
    assert len(pen.rows(told)) == 1  # nothing went
