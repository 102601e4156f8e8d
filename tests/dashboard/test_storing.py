"""Every page says when nothing is stored, why and since when, and stops by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

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


async def test_without_an_address_nobody_is_asked():
    storing = Storing()
    await storing.keep_asking(Bell(), lambda: NOON)
    assert storing.troubles == ()
