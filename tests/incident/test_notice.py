"""The auditor and the administrator are told by letter that they must look."""

import asyncio
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from collector.database import Database
from collector.notify import notice
from tests.collector.waiting import until
from tests.incident.post_office import PostOffice, open_office
from tests.incident.sending import BASE, email

pytestmark = pytest.mark.both_databases

Owner = psycopg.Connection[Any]
PEOPLE = b"""
    insert into store.person (person, role, language, tell) values
        ('the-auditor', 'auditor', 'nl',
         jsonb_build_object('email', 'auditor@dienst.example')),
        ('the-administrator', 'administrator', 'en',
         jsonb_build_object('email', 'admin@dienst.example')),
        ('not-reachable', 'auditor', 'nl', null),
        ('the-cso', 'cso', 'nl', jsonb_build_object('email', 'cso@dienst.example'))"""
BROKEN = b"insert into store.attention (sort, entry) values ('audit_broken', 7)"


@pytest.fixture
def world(world: Owner) -> Owner:
    """Give the small world, with somebody who watches over the others."""
    world.execute(PEOPLE)
    return world


async def send_all(collector: Database, office: PostOffice) -> int:
    await notice.put_down(collector)
    number = 0
    while await notice.one(collector, email(office), BASE):
        number += 1
    return number


async def test_who_must_know_is_told_once_in_his_own_words_a31(
    collector: Database, world: Owner
):
    world.execute(BROKEN)
    async with open_office() as office:
        assert await send_all(collector, office) == 2
        assert await send_all(collector, office) == 0
    letters = {str(one["To"]): one for one in office.accepted}
    assert set(letters) == {"auditor@dienst.example", "admin@dienst.example"}
    dutch, english = (letters[f"{who}@dienst.example"] for who in ("auditor", "admin"))
    assert str(dutch["Subject"]) == "Let op: de auditketen klopt niet"
    assert "audit chain" in str(english["Subject"])
    assert BASE in dutch.get_content()
    assert len(set(office.ids)) == 2


async def test_who_was_stopped_is_named_in_no_letter_and_told_nothing_a32(
    collector: Database, world: Owner
):
    world.execute(
        "insert into store.attention (sort, person)"
        " values ('too_many_looks', 'the-auditor')"
    )
    async with open_office() as office:
        assert await send_all(collector, office) == 1
    (letter,) = office.accepted
    assert str(letter["To"]) == "admin@dienst.example"
    assert "the-auditor" not in letter.as_string()


async def test_a_server_that_refuses_is_tried_again_later(
    collector: Database, world: Owner
):
    world.execute(BROKEN)
    async with open_office() as office:
        office.data = "451 not now"
        assert await send_all(collector, office) == 2
        assert await send_all(collector, office) == 0  # not due yet
        office.data = "250 OK"
        world.execute("update store.notice set next_try = now()")
        assert await send_all(collector, office) == 2
    assert len(office.accepted) == 2
    tries = world.execute("select distinct tries from store.notice").fetchall()
    assert tries == [(1,)]


@pytest.mark.parametrize(
    "change",
    [
        "update store.attention set seen = now(), seen_by = 'the-auditor'",
        "update store.attention set at = now() - interval '2 days'",
        "update store.person set tell = null",
        "update store.person set removed = now()",
    ],
)
async def test_what_was_seen_or_is_old_and_who_is_gone_gets_no_letter(
    collector: Database, world: Owner, change: str
):
    world.execute(BROKEN)
    world.execute(change.encode())
    async with open_office() as office:
        assert await send_all(collector, office) == 0


async def test_two_senders_send_each_once(collector: Database, world: Owner):
    world.execute(BROKEN)
    async with open_office() as office:
        await asyncio.gather(
            *(send_all(collector, office) for _ in range(3)),
        )
    assert len(office.accepted) == 2


async def test_it_goes_on_by_itself_until_it_is_told_to_stop(
    collector: Database, world: Owner
):
    world.execute(BROKEN)
    async with open_office() as office:
        task = asyncio.create_task(notice.run(collector, email(office), BASE))
        sent = b"select 1 from store.notice having count(sent) = 2"
        await until(lambda: world.execute(sent).fetchall())
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert len(office.accepted) == 2


@pytest.mark.parametrize(
    ("sort", "subject"),
    [
        ("receiver_lost", "Let op: de meldkamerontvanger antwoordt niet"),
        ("watchdog_lost", "Let op: de waakhond is stil"),
    ],
)
async def test_whoever_must_mend_a_way_is_told_of_it(
    collector: Database, world: Owner, sort: str, subject: str
):
    world.execute(
        "insert into store.attention (sort, unit) values (%s, 'noord')", [sort]
    )
    async with open_office() as office:
        assert await send_all(collector, office) == 2
    letters = {str(one["To"]): one for one in office.accepted}
    dutch = letters["auditor@dienst.example"]
    assert str(dutch["Subject"]) == subject
    assert "Ga na of" in dutch.get_content()
    assert "noord" not in dutch.get_content()
