"""Every page says when nothing is stored, why and since when, and stops by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from collector.database import Database, Limits
from collector.errors import DatabaseAwayError, DatabaseBusyError, DatabaseFullError
from collector.metrics import Health as CollectorHealth
from collector.metrics import Metrics
from collector.page import serve
from dashboard.bell import Bell
from dashboard.storing import (
    Health,
    Reason,
    Storing,
    Trouble,
    addresses,
    trouble_of,
    worst,
)
from tests.dashboard.house import House
from tests.servers.process import free_port

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FULL = str(DatabaseFullError("could not extend file", "53100"))
AWAY = str(DatabaseAwayError("connection refused"))
BUSY = str(DatabaseBusyError("deadlock detected", "40P01"))


def test_addresses_are_read_from_the_setting():
    assert addresses(None) == ()
    assert addresses("127.0.0.1:9464") == (("127.0.0.1", 9464),)
    assert addresses("a:1,b:2") == (("a", 1), ("b", 2))


@pytest.mark.parametrize(
    ("troubles", "reason"),
    [
        ({}, None),
        ({"plain": FULL}, "full"),
        ({"alarms": AWAY}, "away"),
        ({"presence": AWAY}, "away"),
        ({"broker": "not connected: nothing is heard"}, "broker"),
        ({"broker": "not connected", "plain": FULL}, "full"),
        ({"hearing": "no word of our own comes back"}, "unproven"),
        ({"hearing": "no word of our own comes back", "plain": FULL}, "full"),
        ({"plain": BUSY}, None),
        ({"notify": "no SMTP server is set: nobody is told"}, None),
        ({"plain frames": "a frame is not stored: KeyError"}, None),
    ],
    ids=str,
)
def test_what_keeps_a_collector_from_storing(
    troubles: dict[str, str], reason: Reason | None
):
    found = trouble_of(Health(troubles, dict.fromkeys(troubles, NOON)))
    assert found == (None if reason is None else Trouble(reason, NOON))


def test_of_several_each_reason_is_told_once_with_its_earliest():
    later = NOON + timedelta(minutes=1)
    found = worst(
        [Trouble("full", later), Trouble("broker", None), Trouble("full", NOON)]
    )
    assert found == (Trouble("broker", None), Trouble("full", NOON))


@asynccontextmanager
async def collector(health: CollectorHealth) -> AsyncIterator[tuple[str, int]]:
    """Serve a collector's own health page."""
    address = "127.0.0.1", free_port()
    serving = asyncio.create_task(serve(address, health, Metrics.new()))
    storing = Storing([address])
    try:
        while not serving.done():
            await storing.ask(NOON)
            if not any(one.reason == "silent" for one in storing.troubles):
                break
        yield address
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def test_one_that_does_not_answer_is_told_since_it_was_first_asked():
    storing = Storing([("127.0.0.1", free_port())])
    assert await storing.ask(NOON)
    assert storing.troubles == (Trouble("silent", NOON),)
    assert not await storing.ask(NOON + timedelta(seconds=2))
    assert not storing.some_well


@pytest.mark.parametrize("nonsense", [b"", b"HTTP/1.1 200 OK\r\n\r\n[]", b"\xff" * 99])
async def test_one_that_talks_nonsense_is_one_that_does_not_answer(nonsense: bytes):
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(nonsense)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        storing = Storing([server.sockets[0].getsockname()])
        await storing.ask(NOON)
    assert [one.reason for one in storing.troubles] == ["silent"]


async def test_where_another_stores_only_a_part_is_not_stored():
    sick, well = CollectorHealth(clock=lambda: NOON), CollectorHealth()
    async with collector(sick) as one, collector(well) as other:
        storing = Storing([one, other])
        assert await storing.ask(NOON)
        assert (storing.troubles, storing.some_well) == ((), True)
        sick.trouble("plain", FULL)
        assert await storing.ask(NOON)
        assert storing.troubles == (Trouble("full", NOON),)
        assert storing.some_well
        well.trouble("plain", FULL)
        assert await storing.ask(NOON)
        assert not storing.some_well


async def test_every_open_page_looks_again_when_it_changes():
    health, bell = CollectorHealth(), Bell()
    async with collector(health) as address:
        storing = Storing([address])
        with bell.ear("veenrand") as ear:
            asking = asyncio.create_task(storing.keep_asking(bell, lambda: NOON))
            health.trouble("alarms", AWAY)
            assert await ear.wait(30)
            health.well("alarms")
            assert await ear.wait(30)
        asking.cancel()
    assert storing.troubles == ()


@pytest.mark.parametrize(
    ("person", "page"),
    [
        ("veenrand-coordinator", "/"),
        ("veenrand-coordinator", "/site/bureau-plein"),
        ("duinland-control-room", "/"),
        ("administrator", "/"),
    ],
)
async def test_every_page_says_so_in_words_and_stops(
    house: House, person: str, page: str
):
    guest = await house.guest(person)
    health = CollectorHealth(clock=house.parts.now)
    async with collector(health) as address:
        house.parts.storing.addresses = [address]
        await house.parts.storing.ask(house.parts.now())
        assert "niet opgeslagen" not in (await guest.get(page)).text
        health.trouble("plain", FULL)
        await house.parts.storing.ask(house.parts.now())
        told = (await guest.get(page)).text
        health.well("plain")
        await house.parts.storing.ask(house.parts.now())
        assert "niet opgeslagen" not in (await guest.get(page)).text
    assert "Er wordt niet opgeslagen: de database is vol of alleen-lezen." in told
    assert "Sinds " in told


LISTENER = """
    insert into store.listener (name, since, until, seen)
    values (%s, now() - %s::interval, now() - %s::interval, now() - %s::interval)
    on conflict (name) do update
       set since = excluded.since, until = excluded.until, seen = excluded.seen"""
HOUR = "1 hour"


async def listener(
    house: House, name: str, *, since: str | None = HOUR, until: str = "0 s", seen: str
) -> None:
    """Let a collector have written how well it hears so long ago."""
    await house.town.pen.execute(LISTENER, [name, since, until, seen])


async def bars(house: House) -> list[tuple[str, bool]]:
    """Look as the dashboard does, without any setting; give what it would say."""
    storing = Storing(database=house.parts.database)
    await storing.ask(house.parts.now())
    return [(one.reason, one.since is not None) for one in storing.troubles]


async def test_the_store_tells_by_itself_that_no_collector_works(house: House):
    assert await bars(house) == []  # where none ever was, places say so themselves
    await listener(house, "one", seen="1 s")
    assert await bars(house) == []
    await listener(house, "one", until="40 s", seen="40 s")
    assert await bars(house) == [("gone", True)]
    await listener(house, "one", seen="0 s")
    assert await bars(house) == []


async def test_one_of_two_collectors_that_stops_is_no_bar(house: House):
    await listener(house, "one", seen="1 s")
    await listener(house, "two", until="10 min", seen="10 min")
    assert await bars(house) == []
    await listener(house, "two", since=None, until="10 min", seen="1 s")
    assert await bars(house) == []
    await listener(house, "one", until="31 s", seen="31 s")
    assert await bars(house) == [("deaf", True)]
    await listener(house, "two", until="10 min", seen="10 min")
    assert await bars(house) == [("gone", True)]


async def test_a_collector_that_is_begun_again_or_busy_is_no_bar(house: House):
    await listener(house, "one", until="25 s", seen="1 min")  # it left in order
    assert await bars(house) == []
    await listener(house, "one", since=None, until="29 s", seen="0 s")
    assert await bars(house) == []
    await listener(house, "one", until="5 min", seen="0 s")  # it works a backlog off
    assert await bars(house) == []


async def test_collectors_that_hear_nothing_are_told_though_they_work(house: House):
    await listener(house, "one", since=None, until="40 s", seen="0 s")
    await listener(house, "two", since=None, until="50 s", seen="1 s")
    assert await bars(house) == [("deaf", True)]


async def test_the_bar_is_on_the_page_by_what_the_store_says(house: House):
    storing = house.parts.storing
    storing.database = house.parts.database
    guest = await house.guest("veenrand-coordinator")
    await listener(house, "one", until="10 min", seen="10 min")
    await storing.ask(house.parts.now())
    page = (await guest.get("/")).text
    assert "Er wordt niet opgeslagen: geen collector meldt zich nog" in page
    guest.client.cookies.set("taal", "en")
    page = (await guest.get("/")).text
    assert "no collector reports to the database any more" in page
    await listener(house, "one", seen="0 s")
    await storing.ask(house.parts.now())
    assert "no collector reports" not in (await guest.get("/")).text


async def test_every_open_page_hears_of_it_without_any_setting(house: House):
    storing = house.parts.storing
    storing.database = house.parts.database
    bell = Bell()
    await listener(house, "one", until="10 min", seen="10 min")
    with bell.ear("veenrand") as ear:
        asking = asyncio.create_task(storing.keep_asking(bell, house.parts.now))
        assert await ear.wait(30)
        await listener(house, "one", seen="0 s")
        assert await ear.wait(30)
    asking.cancel()
    assert storing.troubles == ()


async def test_of_one_that_tells_why_that_is_said(house: House):
    await listener(house, "one", until="10 min", seen="10 min")
    health = CollectorHealth(clock=house.parts.now)
    health.trouble("plain", FULL)
    async with collector(health) as address:
        storing = Storing([address], house.parts.database)
        await storing.ask(house.parts.now())
    assert [one.reason for one in storing.troubles] == ["full"]


async def test_an_address_that_does_not_answer_is_no_bar_while_others_hear(
    house: House,
):
    await listener(house, "two", seen="1 s")
    storing = Storing([("127.0.0.1", free_port())], house.parts.database)
    await storing.ask(NOON)
    assert storing.troubles == ()


async def test_where_the_database_does_not_answer_the_setting_counts():
    gone = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    async with Database.open(gone, "test", Limits(1, wait_s=0.5)) as database:
        storing = Storing([("127.0.0.1", free_port())], database)
        await storing.ask(NOON)
        assert storing.troubles == (Trouble("silent", NOON),)
        storing = Storing(database=database)
        await storing.ask(NOON)
        assert storing.troubles == ()  # nobody knows, so nobody says


async def test_it_is_told_also_where_the_pages_themselves_find_no_database(
    house: House,
):
    guest = await house.guest("veenrand-coordinator")
    health = CollectorHealth(clock=house.parts.now)
    health.trouble("plain", AWAY)
    gone = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    async with (
        collector(health) as address,
        Database.open(gone, "test", Limits(1, wait_s=0.5)) as database,
    ):
        storing = Storing([address], database)
        house.app.state.parts = replace(house.parts, database=database, storing=storing)
        await storing.ask(house.parts.now())
        answer = await guest.get("/")
        house.app.state.parts = house.parts
    assert answer.status_code == 503
    assert "Er wordt niet opgeslagen: de database is niet bereikbaar" in answer.text
    assert "Sinds " in answer.text


async def test_who_finds_nothing_or_is_nobody_is_not_told(house: House):
    house.parts.storing.troubles = (Trouble("full", NOON),)
    guest = await house.guest("veenrand-coordinator")
    stranger = await house.stranger()
    for page in (await guest.get("/nothing"), await stranger.get("/nothing")):
        assert page.status_code == 404
        assert "niet opgeslagen" not in page.text


async def test_without_an_address_nobody_is_asked():
    storing = Storing()
    await storing.keep_asking(Bell(), lambda: NOON)
    assert storing.troubles == ()
