"""Whether somebody is reached is asked once a month, by day, and never at night."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collector.notify import reach
from collector.notify.short import ROOM, septets
from collector.notify.sms import Sms, SmsSettings
from tests.incident.post_office import open_office
from tests.incident.sending import BASE, email
from tests.incident.stage import look
from tests.notify.gateway import TOKEN, open_gateway

DAY = datetime(2026, 3, 5, 10, 0, tzinfo=UTC)
LINK = re.compile(r"/reached/([A-Za-z0-9_-]{16})")


async def ask(collector: Any, channel: Any, now: datetime = DAY) -> int:
    await reach.put_down(collector, now)
    count = 0
    while await reach.one(collector, channel, BASE, now):
        count += 1
    return count


def asked(world: Any) -> int:
    ((count,),) = look(world, "select count(*) from store.reach where sent is not null")
    return int(count)


async def test_everybody_is_asked_once_a_month(world, collector, office):
    people = look(world, "select count(*) from store.person where tell is not null")
    assert await ask(collector, email(office)) == people[0][0] > 3
    assert await ask(collector, email(office)) == 0
    assert await ask(collector, email(office), DAY + timedelta(days=29)) == 0
    again = DAY + timedelta(days=30, seconds=1)
    assert await ask(collector, email(office), again) == people[0][0]


async def test_a_question_says_what_to_do_and_nothing_about_anybody(collector, office):
    await ask(collector, email(office))
    for letter in office.accepted:
        text = letter.get_content()
        assert LINK.search(text)
        assert "Doe nu: open" in text or "Do now: open" in text
        for word in ("Haven", "oord", "desk", "7f3k"):
            assert word not in f"{letter['Subject']}{text}".replace("antwoorden", "")
    assert len(set(office.ids)) == len(office.accepted)


async def test_an_sms_of_it_is_one_sms(world, collector):
    world.execute(
        "update store.person"
        " set tell = tell || jsonb_build_object('sms', '+31612345678')"
        " where person = 'desk-noord'"
    )
    async with open_gateway() as gateway:
        channel = Sms(SmsSettings(gateway.url, TOKEN))
        assert await ask(collector, channel) == 1
        (said,) = gateway.delivered.values()
    assert septets(said["text"]) <= ROOM
    assert LINK.search(said["text"])


async def test_what_is_not_accepted_is_asked_again_later(world, collector, office):
    async with open_office() as gone:
        away = email(gone)
    await ask(collector, away)
    assert asked(world) == 0
    assert office.accepted == []
    assert await ask(collector, email(office)) == 0
    assert await ask(collector, email(office), DAY + timedelta(hours=7)) > 3


async def test_the_store_keeps_no_link(world, collector, office):
    await ask(collector, email(office))
    found = LINK.search(office.accepted[0].get_content())
    assert found is not None
    codes = {code for (code,) in look(world, "select code from store.reach")}
    assert found[1] not in codes
    assert hashlib.sha256(found[1].encode()).hexdigest() in codes


async def test_who_left_is_not_asked_any_more(world, collector, office):
    await ask(collector, email(office))
    world.execute(
        "update store.person set removed = now(), tell = null"
        " where person = 'desk-noord'"
    )
    await reach.put_down(collector, DAY)
    who = look(world, "select person from store.reach where person = 'desk-noord'")
    assert who == []


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 3, 5, 7, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 5, 8, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 5, 15, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 5, 16, 0, tzinfo=UTC), False),
        (datetime(2026, 7, 5, 7, 0, tzinfo=UTC), True),
    ],
)
def test_it_is_day_by_the_clock_of_the_country(at, day):
    assert reach.is_day(at) is day
