"""Who did what stands in the chain, in the name of whoever did it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from collector.database import Database
from collector.errors import DatabaseBusyError, DatabaseError, ForbiddenError
from collector.keep.audit import Entry, note
from tests.collector import world
from tests.collector.databases import Role

pytestmark = pytest.mark.both_databases

SITE = next(iter(world.inventory().sites))
UNIT = world.inventory().sites[SITE].unit
PERSON = next(iter(world.inventory().units[UNIT].people)).id


@pytest.fixture(autouse=True)
def _nothing_yet(database: Database, owner: psycopg.Connection[Any]) -> None:
    """Begin the chain anew: bringing an inventory in is noted as well."""
    del database
    owner.execute("delete from store.audit")


@pytest.fixture
async def pages(database_url: Callable[[Role], str]) -> AsyncIterator[Database]:
    async with Database.open(database_url("wachtpost_dashboard"), "test") as opened:
        yield opened


async def noted(database: Database, entry: Entry, asker: str | None = None) -> int:
    async with database.transaction(asker) as transaction:
        return await note(transaction, entry)


def rows(owner: psycopg.Connection[Any], columns: str) -> list[tuple[Any, ...]]:
    question = f"select {columns} from store.audit order by entry"  # noqa: S608  # a constant
    return owner.execute(question.encode()).fetchall()


LOOK = Entry("consult", "station:x", f"site:{SITE}")


async def test_the_actor_is_whoever_asks_and_the_unit_that_of_the_place(
    pages: Database, owner: psycopg.Connection[Any]
):
    assert await noted(pages, LOOK, PERSON) == 1
    role = owner.execute(
        "select role from store.person where person = %s", [PERSON]
    ).fetchone()
    assert role is not None
    assert rows(owner, "actor, role, verb, object, subject, unit, result, reason") == [
        (PERSON, role[0], "consult", "station:x", f"site:{SITE}", UNIT, "done", None)
    ]


async def test_who_asks_for_nobody_is_named_for_what_he_is(
    pages: Database, database: Database, owner: psycopg.Connection[Any]
):
    await noted(pages, Entry("sign_in", "link:-", result="refused", origin="0a"))
    await noted(pages, Entry("sign_in", "person:x", command="dashboard link"))
    await noted(database, Entry("delete", "event:7"))
    assert rows(owner, "entry, actor, role, origin") == [
        (1, "stranger", "unknown", "0a"),
        (2, "command:dashboard link", "administrator", None),
        (3, "collector", "service", None),
    ]


async def test_a_person_is_never_a_command(
    pages: Database, owner: psycopg.Connection[Any]
):
    await noted(pages, Entry("change", "x:1", command="fleet revoke"), PERSON)
    assert rows(owner, "actor") == [(PERSON,)]


async def test_what_is_rolled_back_leaves_neither_entry_nor_gap(
    pages: Database, owner: psycopg.Connection[Any]
):
    await noted(pages, LOOK)
    with suppress(LookupError):
        async with pages.transaction() as transaction:
            assert await note(transaction, LOOK) == 2
            raise LookupError
    await noted(pages, LOOK)
    assert rows(owner, "entry") == [(1,), (2,)]


async def test_many_at_once_stand_in_one_line(
    pages: Database, database: Database, owner: psycopg.Connection[Any]
):
    await asyncio.gather(
        *(noted(pages, LOOK, PERSON) for _ in range(20)),
        *(noted(database, Entry("collect", "y:1")) for _ in range(20)),
    )
    found = rows(owner, "entry, at, prev, hash")
    assert [row[0] for row in found] == list(range(1, 41))
    assert [row[2] for row in found] == ["", *(row[3] for row in found[:-1])]
    assert [row[1] for row in found] == sorted(row[1] for row in found)


@pytest.mark.parametrize(
    "entry",
    [Entry("steal", "x:1"), Entry("consult", "x:1", result="maybe")],  # type: ignore[arg-type]  # that is the point
)
async def test_what_is_no_verb_or_result_is_refused(pages: Database, entry: Entry):
    with pytest.raises(DatabaseError):
        await noted(pages, entry)


async def test_words_too_long_are_cut_and_no_text_breaks_the_line(
    pages: Database, owner: psycopg.Connection[Any]
):
    odd = Entry("consult", "x:" + "é" * 500, reason="3:a,-,\n'\"é")
    await noted(pages, odd)
    ((named, reason),) = rows(owner, "object, reason")
    assert len(named) == 120
    assert reason == odd.reason


async def test_an_asker_who_is_nobody_is_refused(
    pages: Database, owner: psycopg.Connection[Any]
):
    with pytest.raises(ForbiddenError, match="who acts is nobody"):
        await noted(pages, LOOK, "a" * 1_000_000)
    assert rows(owner, "entry") == []


async def test_no_column_holds_more_than_its_bound(
    pages: Database, owner: psycopg.Connection[Any]
):
    much = "a" * 1_000_000
    entry = Entry("consult", much, much, much, reason=much, origin=much, command=much)
    await noted(pages, entry)
    ((size, unit),) = rows(owner, "length(audit::text), unit")
    assert size < 1500
    assert unit is None
    columns = "actor role actor_unit object subject unit reason origin prev hash"
    for column in columns.split():
        longer = f"update store.audit set {column} = repeat('a', 501)"  # noqa: S608  # our own words
        with pytest.raises(psycopg.errors.CheckViolation):
            owner.execute(longer.encode())


async def test_an_advisory_lock_of_anybody_holds_nothing_up(
    pages: Database, database_url: Callable[[Role], str]
):
    with psycopg.connect(database_url("wachtpost_dashboard")) as thief:
        thief.execute("select pg_advisory_lock(8700, k) from generate_series(1, 9) k")
        assert await noted(pages, LOOK, PERSON) == 1


async def test_who_finds_the_chain_held_gives_up_soon(
    pages: Database, database: Database
):
    async with database.transaction() as transaction:
        await note(transaction, LOOK)
        begun = asyncio.get_running_loop().time()
        with pytest.raises(DatabaseBusyError):
            await noted(pages, LOOK, PERSON)
        assert asyncio.get_running_loop().time() - begun < 5
    assert await noted(pages, LOOK, PERSON) == 2
