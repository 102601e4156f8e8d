"""Twelve messages an hour that are not urgent, for each person; the rest is one."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from collector.notify.digest import MOST, Digest, hour_of, write
from collector.notify.email import Email, EmailSettings
from collector.notify.sender import Sender
from collector.notify.short import ROOM, septets
from tests.incident.sending import BASE, Clock, drain, email, judged
from tests.incident.stage import KIT, NOW, OTHER, alarm, look, row

DESK = "desk-noord"
# As many as an hour of trouble makes: one incident, told for reason after reason.
MORE = """
    insert into store.message (incident, unit, person, channel, reason, made, next_try)
    select m.incident, m.unit, m.person, m.channel, 'lapsed-' || n, m.made, m.next_try
      from store.message m, generate_series(2, %(n)s) n
     where m.person = 'desk-noord' and m.incident = %(incident)s"""


@pytest.fixture
def world(world: Any) -> Any:
    """Give the small world, in which the desk alone can be told."""
    world.execute("update store.person set tell = null where person <> %s", [DESK])
    return world


async def trouble(world: Any, collector: Any, n: int = 20) -> int:
    (incident,) = await judged(collector, row("device.silent", site=KIT))
    world.execute(MORE, {"n": n, "incident": incident})
    return incident


async def digests(sender: Sender) -> int:
    count = 0
    while await sender.digest():
        count += 1
    return count


def held(world: Any) -> int:
    ((count,),) = look(
        world, "select count(*) from store.message where held and sent is null"
    )
    return int(count)


async def test_the_rest_of_an_hour_comes_as_one(
    world, collector, sender, office, clock
):
    incident = await trouble(world, collector)
    assert await drain(sender) == MOST == 12
    assert await digests(sender) == 0
    assert held(world) == 8

    clock.now = hour_of(clock.now)[1]
    assert await drain(sender) == 0
    assert await digests(sender) == 1
    assert len(office.accepted) == MOST + 1
    last = office.accepted[-1]
    assert last["Subject"] == "Let op: incidenten die wachten: 1"
    text = last.get_content()
    assert f"Doe nu: open de lijst en kijk ze na: {incident}." in text
    assert "Sinds 05-03-2026 02:41" in text
    assert "Nog door niemand opgepakt: 1." in text
    assert f"{BASE}/incidents" in text
    assert held(world) == 0
    told = look(world, "select count(*) from store.incident_log where what = 'told'")
    assert told == [(20,)]


async def test_the_next_hour_begins_anew(world, collector, sender, clock):
    await trouble(world, collector, 12)
    assert await drain(sender) == 12
    clock.now = hour_of(clock.now)[1]
    (incident,) = await judged(collector, row("device.silent"))
    world.execute("update store.message set next_try = %s", [clock.now])
    world.execute(MORE, {"n": 12, "incident": incident})
    assert await drain(sender) == 12
    assert held(world) == 0


async def test_what_is_urgent_is_never_held_back_and_never_counts(
    world, collector, sender, office
):
    (urgent,) = await judged(collector, alarm())
    world.execute(MORE, {"n": 30, "incident": urgent})
    assert await drain(sender) == 30
    await trouble(world, collector, 12)
    assert await drain(sender) == 12
    assert held(world) == 0
    assert len(office.accepted) == 42


async def test_an_urgent_one_overtakes_what_is_held(world, collector, sender, office):
    await trouble(world, collector)
    await drain(sender)
    await judged(collector, alarm())
    assert await drain(sender) == 1
    assert "Spoed" in office.accepted[-1]["Subject"]


async def test_one_persons_budget_is_not_anothers(world, collector, sender):
    world.execute(
        "update store.person set tell = jsonb_build_object('email', 'x@y.example')"
        " where person = 'coordinator-noord'"
    )
    await trouble(world, collector)
    assert await drain(sender) == MOST + 1


async def test_nobody_reads_of_what_is_over(world, collector, sender, office, clock):
    await trouble(world, collector)
    await drain(sender)
    world.execute(
        "update store.incident set state = 'resolved', owner = %s, resolved = now(),"
        " outcome = 'test', sentence = 'x'",
        [DESK],
    )
    clock.now = hour_of(clock.now)[1]
    assert await digests(sender) == 1
    assert len(office.accepted) == MOST
    troubles = look(world, "select distinct trouble from store.message where held")
    assert troubles == [("resolved before",)]


async def test_a_digest_that_was_not_accepted_comes_again(
    world, collector, sender, office, clock
):
    await trouble(world, collector)
    await drain(sender)
    clock.now = hour_of(clock.now)[1]
    nowhere = EmailSettings("127.0.0.1", 1, "x@y.example", security="none", timeout_s=1)
    away = Sender(collector, Email(nowhere), BASE, clock)
    assert await digests(away) == 1
    assert await digests(sender) == 0
    clock.now += timedelta(seconds=2)
    assert await digests(sender) == 1
    assert len(office.accepted) == MOST + 1


async def test_two_senders_make_one_digest(world, collector, office, clock: Clock):
    both = [Sender(collector, email(office), BASE, clock) for _ in range(2)]
    await trouble(world, collector)
    await drain(both[0])
    clock.now = hour_of(clock.now)[1]
    await asyncio.gather(*(digests(one) for one in both))
    assert len(office.accepted) == MOST + 1


def test_an_hour_is_the_clocks_own():
    since, until = hour_of(NOW)
    assert (since.minute, since.second) == (0, 0)
    assert since <= NOW < until == since + timedelta(hours=1)


def test_a_digest_gives_nothing_away_and_fits_an_sms_a3():
    due = Digest(
        message=1,
        messages=[1, 2],
        made=NOW,
        tries=1,
        person=DESK,
        role="desk",
        language="en",
        tell="x",
        removed=False,
        incidents=[1_000_001, 1_000_002],
        nobody=2,
        since=NOW,
        time_zone="Europe/Amsterdam",
        exercise=True,
    )
    for language in ("nl", "en"):
        letter = write(replace(due, language=language), "x", BASE)
        assert septets(letter.short) <= ROOM
        assert letter.short.startswith(("OEFENING ", "EXERCISE "))
        assert letter.subject.startswith(("OEFENING ", "EXERCISE "))
        assert "1000001, 1000002" in letter.text
        for word in ("Haven", "Noord", "noord", DESK, OTHER):
            assert word not in f"{letter.subject}{letter.text}{letter.short}"
