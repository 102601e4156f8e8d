"""By which channels somebody is told: rows of the store, and who brings them out."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from collector.database import Database
from collector.errors import DatabaseError
from collector.incident import life
from collector.notify.channel import Channel
from collector.notify.sender import Sender, run
from collector.notify.sms import Sms, SmsSettings
from collector.query import Query, Row
from tests.collector.waiting import until
from tests.incident.sending import BASE, drain, email, judged
from tests.incident.stage import NOW, alarm, look, panic, row
from tests.notify.gateway import TOKEN, Gateway, open_gateway

BOTH = """update store.person
    set tell = tell || jsonb_build_object('sms', '+3161234567' || length(person) % 10)
  where tell is not null"""
PUSH = """insert into store.push_subscription (person, endpoint, p256dh, auth)
    values (%s, 'https://push.example/' || %s, 'k', 'a')"""
DESK = "desk-noord"


@pytest.fixture
def world(world: Any) -> Any:
    """Give the small world, in which everybody has a mobile telephone too."""
    world.execute(BOTH)
    return world


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with open_gateway() as running:
        yield running


def sms(gateway: Gateway) -> Sms:
    return Sms(SmsSettings(gateway.url, TOKEN))


def ways(owner: Any, person: str = DESK) -> list[str]:
    found = look(
        owner,
        "select channel from store.message where person = %(p)s order by channel",
        {"p": person},
    )
    return [channel for (channel,) in found]


async def test_what_is_urgent_goes_by_every_channel_at_once(world, collector):
    world.execute(PUSH, [DESK, DESK])
    await judged(collector, alarm())
    assert ways(world) == ["email", "push", "sms"]
    assert ways(world, "coordinator-noord") == ["email", "sms"]


async def test_what_needs_attention_goes_by_sms_only_where_no_push_is(world, collector):
    world.execute(PUSH, [DESK, DESK])
    await judged(collector, row("tamper.opened", sensor=3))
    assert ways(world) == ["email", "push"]
    assert ways(world, "coordinator-noord") == ["email", "sms"]


async def test_a_notice_goes_by_mail(world, collector):
    world.execute(PUSH, [DESK, DESK])
    await judged(collector, row("device.silent"))
    assert ways(world) == ["email"]


async def test_a_notice_reaches_who_has_no_mail(world, collector):
    world.execute("update store.person set tell = tell - 'email'")
    await judged(collector, row("device.silent"))
    assert ways(world) == ["sms"]


async def test_a_hand_over_is_told_by_the_same_channels(
    world, collector, dashboard, office, clock
):
    (incident,) = await judged(collector, alarm())
    async with dashboard.transaction(asker=DESK) as transaction:
        to = life.ToPerson("deputy-noord")
        await life.hand_over(transaction, incident, to, NOW)
    running = asyncio.create_task(run(collector, [email(office)], BASE, clock))
    await until(lambda: len(ways(world, "deputy-noord")) == 2)
    running.cancel()
    await asyncio.wait([running])
    assert ways(world, "deputy-noord") == ["email", "sms"]


async def test_each_channel_brings_its_own_words_to_its_own_address(
    world, collector, office, gateway, clock
):
    await judged(collector, panic(silent=True))
    for channel in (email(office), sms(gateway)):
        await drain(Sender(collector, channel, BASE, clock))
    texts = {one["to"]: one["text"] for one in gateway.delivered.values()}
    assert all(to.startswith("+316") for to in texts)
    assert all(len(text) <= 160 for text in texts.values())
    assert any("STIL: niet bellen." in text for text in texts.values())
    assert len(office.accepted) == len(gateway.delivered) > 1
    unsent = look(world, "select from store.message where sent is null")
    assert unsent == []
    channels = look(
        world,
        "select distinct data ->> 'channel' from store.incident_log"
        " where what = 'told' order by 1",
    )
    assert channels == [("email",), ("sms",)]


async def test_an_sms_gateway_that_hangs_for_ten_minutes_delays_no_letter(
    collector: Database, office, gateway, clock
):
    gateway.hangs = asyncio.Event()
    await judged(collector, alarm())
    channels: list[Channel] = [sms(gateway), email(office)]
    running = asyncio.create_task(run(collector, channels, BASE, clock))
    await until(lambda: gateway.requests == 1 and len(office.accepted) == 2)
    gateway.hangs.set()
    await until(lambda: len(gateway.delivered) == 2)
    running.cancel()
    await asyncio.wait([running])
    assert [one.split("-")[0] for one in gateway.delivered] == ["wachtpost"] * 2


async def test_who_has_two_channels_is_not_lost_with_one(
    world, collector, office, gateway, clock
):
    gateway.answers = [400, 400]
    await judged(collector, alarm())
    await drain(Sender(collector, sms(gateway), BASE, clock))
    await drain(Sender(collector, email(office), BASE, clock))
    found = look(
        world,
        "select what, data ->> 'channel', count(*) from store.incident_log"
        " where what in ('told', 'not_told') group by 1, 2 order by 1",
    )
    assert found == [("not_told", "sms", 2), ("told", "email", 2)]


async def test_who_signs_out_gets_no_push_there_any_more(world):
    world.execute(
        "insert into store.session (session, person, expires, idle)"
        " values ('s', %s, now() + interval '1 hour', 'infinity')",
        [DESK],
    )
    world.execute(PUSH, [DESK, "here"])
    world.execute("update store.push_subscription set session = 's'")
    world.execute(PUSH, [DESK, "elsewhere"])
    world.execute("update store.session set ended = now() where session = 's'")
    left = look(world, "select endpoint from store.push_subscription")
    assert left == [("https://push.example/elsewhere",)]


async def test_who_is_removed_gets_no_push_anywhere(world):
    world.execute(PUSH, [DESK, "here"])
    world.execute("update store.person set removed = now() where person = %s", [DESK])
    assert look(world, "select from store.push_subscription") == []


async def test_nobody_sees_or_makes_the_push_of_another(world, dashboard: Database):

    world.execute(PUSH, [DESK, "here"])
    seen: Query[Row] = Query(
        "seen", b"select person from store.push_subscription", dict
    )
    made: Query[Row] = Query(
        "made",
        b"insert into store.push_subscription (person, endpoint, p256dh, auth)"
        b" values ('deputy-noord', 'https://push.example/mine', 'k', 'a')",
        dict,
    )

    async def make_for_another() -> None:
        async with dashboard.transaction(asker="deputy-noord") as transaction:
            await transaction.run(made)

    async with dashboard.transaction(asker="deputy-noord") as transaction:
        assert await transaction.all(seen) == []
    async with dashboard.transaction(asker=DESK) as transaction:
        assert await transaction.all(seen) == [{"person": DESK}]
    with pytest.raises(DatabaseError):
        await make_for_another()
