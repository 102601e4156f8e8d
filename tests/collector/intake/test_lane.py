"""A receipt means a commit: nothing is confirmed before, nothing is lost after."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from collector.database import Limits, Transaction
from collector.errors import ForbiddenError
from collector.intake.row import EventRow
from collector.migrate import migrate
from collector.query import Query
from sites.event import ContactOpened, PanicPressed
from tests.collector import world
from tests.collector.databases import Role, url_as
from tests.collector.intake.bench import Bench, bench, message, outcomes, told
from tests.collector.waiting import SECONDS, until
from tests.collector.world import NOW, Sender
from tests.servers.postgres import PostgresServer

Owner = psycopg.Connection[tuple[object, ...]]
Url = Callable[[Role], str]
IMPATIENT = Limits(wait_s=1.5)  # so that a database that is away is told soon


def events(owner: Owner) -> object:
    row = owner.execute("select count(*) from store.event").fetchone()
    assert row is not None
    return row[0]


def frame(run: int = 1) -> bytes:
    record = ContactOpened(seq=1, at=NOW, sensor=1, zone=1)
    return Sender(run=f"{run:016x}").frame(record)


class CrashError(BaseException):
    """Stands for the process that ends here, so it is no Exception."""


async def test_a_crash_before_the_commit_confirms_and_stores_nothing(
    database_url: Url, tmp_path: Path, owner: Owner
):
    async def crash(*_: object) -> None:
        raise CrashError

    url = database_url("wachtpost_collector")
    panic = Sender(lane="al").frame(PanicPressed(at=NOW, sensor=4, silent=False))
    async with bench(url, tmp_path, crash) as dying:
        with pytest.raises(CrashError):
            await dying.take_on("al", panic)
        assert dying.source.answers == []
    assert events(owner) == 0
    async with bench(url, tmp_path) as again:
        assert outcomes(await again.take_on("al", panic)) == told(panic)
        assert len(again.judged) == 1
    assert events(owner) == 1


async def test_a_crash_after_the_commit_is_made_good_by_a_second_receipt(
    database_url: Url, tmp_path: Path, owner: Owner
):
    url = database_url("wachtpost_collector")
    panic = Sender(lane="al").frame(PanicPressed(at=NOW, sensor=4, silent=False))
    async with bench(url, tmp_path) as dying:

        def crash(*_: object) -> bool:
            raise CrashError

        dying.source.answer = crash  # type: ignore[assignment,method-assign]  # the process ends at this point
        with pytest.raises(CrashError):
            await dying.take_on("al", panic)
    assert events(owner) == 1
    async with bench(url, tmp_path) as again:
        assert outcomes(await again.take_on("al", panic)) == told(panic)
        assert again.judged == []
    opened = owner.execute("select count(*) from store.incident").fetchone()
    assert (events(owner), opened) == (1, (1,))


async def test_receipts_that_find_no_way_down_are_counted(lane: Bench, owner: Owner):
    lane.source.connected = False
    assert await lane.take(frame()) == []
    assert events(owner) == 1
    assert lane.metrics.unanswered._value.get() == 1


async def test_while_the_database_is_away_nothing_is_confirmed_and_then_all(
    durable_postgres_server: PostgresServer, tmp_path: Path
):
    server = durable_postgres_server
    await migrate(server.admin_url)
    url = url_as(server.admin_url, "wachtpost_collector")
    async with bench(url, tmp_path, limits=IMPATIENT) as lane:
        await lane.take(frame(1))
        server.kill()
        taking = asyncio.create_task(lane.take(frame(2)))
        await until(lambda: "plain" in lane.health.troubles)
        assert "the database is away" in lane.health.troubles["plain"]
        assert len(lane.source.answers) == 1
        server.start()
        assert [receipt.outcome for receipt in await taking] == ["stored"]
        assert lane.health.troubles == {}
    with psycopg.connect(server.admin_url) as connection:
        stored = connection.execute("select count(*) from store.event").fetchone()
    assert stored == (2,)


async def test_a_read_only_database_is_told_on_health(
    lane: Bench, owner: Owner, database_url: Url
):
    name = database_url("postgres").rpartition("/")[2]
    setting = f"alter database {name} set default_transaction_read_only"
    owner.execute(f"{setting} = on".encode())
    _end_connections(owner)
    taking = asyncio.create_task(lane.take(frame()))
    await until(lambda: "cannot store" in lane.health.troubles.get("plain", ""))
    assert lane.source.answers == []
    owner.execute("set default_transaction_read_only = off")
    owner.execute(f"{setting} = off".encode())
    assert len(await taking) == 1  # though its sessions began read-only
    assert lane.health.troubles == {}


def _end_connections(owner: Owner) -> None:
    owner.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where application_name = 'bench' and datname = current_database()"
    )


async def test_a_frame_that_the_database_cannot_hold_costs_itself_alone(
    lane: Bench, owner: Owner
):
    owner.execute("alter table store.event add constraint odd check (sensor <> 2)")
    poison = Sender(run="e" * 16).frame(ContactOpened(seq=1, at=NOW, sensor=2, zone=2))
    frames = [frame(1), frame(2), poison, frame(3)]
    said = outcomes(await lane.take(*frames))
    assert said == {
        **told(*frames[:2], frames[3]),
        **told(poison, outcome="bad_body"),
    }
    assert events(owner) == 3
    kept = owner.execute("select detail, raw from store.frame_set_aside").fetchall()
    assert kept == [("the database cannot hold it (23514)", poison)]


async def test_a_frame_on_which_the_rules_break_is_not_confirmed_but_the_others_are(
    database_url: Url, tmp_path: Path, owner: Owner
):
    async def break_on_kit(
        _: Transaction, rows: Sequence[EventRow], __: datetime
    ) -> None:
        if any(row.device == world.KIT for row in rows):
            raise ZeroDivisionError

    async with bench(
        database_url("wachtpost_collector"), tmp_path, break_on_kit
    ) as lane:
        devices = (world.STATION, world.KIT, world.OTHER)
        press = PanicPressed(seq=1, at=NOW, sensor=4, silent=False)
        await lane.lane.take(
            [
                message(Sender(device, lane="al").frame(press), device, "al")
                for device in devices
            ]
        )
        topics = {topic for topic, _ in lane.source.answers}
        assert topics == {f"wp/1/{world.STATION}-1/down", f"wp/1/{world.OTHER}-1/down"}
        assert "not stored" in lane.health.troubles["plain frames"]
    assert events(owner) == 2


async def test_a_frame_that_takes_too_long_costs_itself_alone(
    database_url: Url, tmp_path: Path, owner: Owner
):
    sleep: Query[Any] = Query("sleep", b"select pg_sleep(9)", dict)
    looked: list[int] = []

    async def hang_on_kit(
        transaction: Transaction, rows: Sequence[EventRow], _: datetime
    ) -> None:
        looked.append(len(rows))
        if any(row.device == world.KIT for row in rows):
            await transaction.run(sleep)

    url, hasty = database_url("wachtpost_collector"), Limits(statement_s=1)
    async with bench(url, tmp_path, hang_on_kit, hasty) as lane:
        devices = (world.STATION, world.KIT, world.OTHER)
        press = PanicPressed(seq=1, at=NOW, sensor=4, silent=False)
        frames = [
            message(Sender(device, lane="al").frame(press), device, "al")
            for device in devices
        ]
        async with asyncio.timeout(SECONDS):
            await lane.lane.take(frames)
        topics = {topic for topic, _ in lane.source.answers}
        assert topics == {f"wp/1/{world.STATION}-1/down", f"wp/1/{world.OTHER}-1/down"}
        assert "not stored" in lane.health.troubles["plain frames"]
    assert looked == [3, 3, 3, 1, 2, 1, 1]
    assert events(owner) == 2


async def test_what_we_did_wrong_ourselves_is_not_set_aside(
    database_url: Url, tmp_path: Path, owner: Owner
):
    async def forbidden(*_: object) -> None:
        raise ForbiddenError("permission denied", "42501")

    press = PanicPressed(seq=1, at=NOW, sensor=4, silent=False)
    async with bench(database_url("wachtpost_collector"), tmp_path, forbidden) as lane:
        assert await lane.take_on("al", Sender(lane="al").frame(press)) == []
    assert owner.execute("select from store.frame_set_aside").fetchall() == []
    assert events(owner) == 0


async def test_a_change_is_noted_for_its_unit_alone(lane: Bench):
    async with asyncio.timeout(SECONDS):
        notes = lane.database.notes("site", "incident")
        await anext(notes)
        await lane.take(frame())
        note = await anext(notes)
        await notes.aclose()
    assert (note.channel, note.payload) == ("site", "noord")


async def test_the_batch_in_hand_is_finished_when_told_to_stop(
    lane: Bench, owner: Owner
):
    stopping = asyncio.Event()
    running = asyncio.create_task(lane.lane.run(stopping))
    lane.source.waiting.put_nowait([message(frame(n)) for n in range(20)])
    await until(lane.source.waiting.empty)
    stopping.set()
    await asyncio.wait_for(running, SECONDS)
    assert events(owner) == 20
    assert len(lane.source.answers) == 20


async def test_it_stops_without_a_word_where_the_database_is_away(
    durable_postgres_server: PostgresServer, tmp_path: Path
):
    server = durable_postgres_server
    await migrate(server.admin_url)
    url = url_as(server.admin_url, "wachtpost_collector")
    async with bench(url, tmp_path, limits=IMPATIENT) as lane:
        server.kill()
        stopping = asyncio.Event()
        running = asyncio.create_task(lane.lane.run(stopping))
        lane.source.waiting.put_nowait([message(frame(1)), message(frame(2))])
        await until(lambda: "plain" in lane.health.troubles)
        stopping.set()
        await asyncio.wait_for(running, SECONDS)
        assert lane.source.answers == []


async def test_an_idle_lane_stops_at_once(lane: Bench):
    stopping = asyncio.Event()
    running = asyncio.create_task(lane.lane.run(stopping))
    stopping.set()
    await asyncio.wait_for(running, SECONDS)
    assert lane.lane.behind.total_seconds() == 0
