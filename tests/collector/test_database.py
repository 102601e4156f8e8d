"""The door: transactions, who is asking, rows, errors, notes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
import pytest

import collector.database
from collector.database import Database, Limits, Transaction, jsonb
from collector.errors import (
    ConflictError,
    DatabaseAwayError,
    DatabaseBusyError,
    DatabaseError,
    DatabaseFullError,
    ForbiddenError,
    NotOneRowError,
)
from collector.query import Query
from tests.collector.databases import Role
from tests.servers.postgres import PostgresServer


def query(text: str, make: Callable[..., object] = dict) -> Query[object]:
    return Query("test", text.encode(), make)


@dataclass(frozen=True)
class Pair:
    first: int
    second: str


NUMBERS = query(
    "select n as first, n::text as second from generate_series(1, %(top)s) n", Pair
)


@pytest.fixture
async def database(
    database_url: Callable[[Role], str],
) -> AsyncIterator[Database]:
    async with Database.open(database_url("wachtpost_collector"), "test") as opened:
        yield opened


@pytest.fixture
async def pages(database_url: Callable[[Role], str]) -> AsyncIterator[Database]:
    async with Database.open(database_url("wachtpost_dashboard"), "test") as opened:
        yield opened


async def test_rows_come_as_what_the_query_makes_of_them(database: Database):
    async with database.transaction() as transaction:
        assert await transaction.all(NUMBERS, top=2) == [Pair(1, "1"), Pair(2, "2")]
        assert await transaction.one(NUMBERS, top=1) == Pair(1, "1")
        assert await transaction.maybe(NUMBERS, top=0) is None
        assert await transaction.one(query("select 1 as one")) == {"one": 1}


async def test_one_row_means_one(database: Database):
    async with database.transaction() as transaction:
        with pytest.raises(NotOneRowError, match="gave 2 rows"):
            await transaction.one(NUMBERS, top=2)
        with pytest.raises(NotOneRowError, match="gave 2 rows"):
            await transaction.maybe(NUMBERS, top=2)
        with pytest.raises(NotOneRowError, match="gave 0 rows"):
            await transaction.one(NUMBERS, top=0)


async def test_a_dict_goes_in_and_out_as_jsonb(database: Database):
    ask = query("select %(a)s::jsonb as a, %(b)s as b, %(c)s::jsonb->>'x' as c")
    async with database.transaction() as transaction:
        row = await transaction.one(
            ask, a={"n": [1, None]}, b=jsonb([1, "é"]), c={"x": "y"}
        )
    assert row == {"a": {"n": [1, None]}, "b": [1, "é"], "c": "y"}


async def test_times_come_out_aware_in_utc(database: Database):
    async with database.transaction() as transaction:
        row = await transaction.one(
            query("select '2026-07-01 12:00+02'::timestamptz as at")
        )
    assert row == {"at": datetime(2026, 7, 1, 10, tzinfo=UTC)}


async def test_a_failed_block_leaves_nothing(database: Database):
    make = query("insert into store.unit values (%(u)s, '{}', '{}')")
    with pytest.raises(RuntimeError):
        await _run_and_fail(database, make)
    async with database.transaction() as transaction:
        assert await transaction.all(query("select unit from store.unit")) == []


async def _run_and_fail(database: Database, make: Query[object]) -> None:
    async with database.transaction() as transaction:
        await transaction.run(make, u="gone")
        raise RuntimeError


async def test_a_failed_attempt_costs_itself_alone(database: Database):
    make = query("insert into store.unit values (%(u)s, '{}', '{}')")
    async with database.transaction() as transaction:
        await transaction.run(make, u="one")
        with pytest.raises(ConflictError) as caught:
            async with transaction.attempt():
                await transaction.run(make, u="one")
        assert caught.value.constraint == "unit_pkey"
        await transaction.run(make, u="two")
    async with database.transaction() as transaction:
        assert await transaction.run(query("select from store.unit")) == 2


async def test_many_rows_go_in_one_call_and_through_copy(database: Database):
    async with database.transaction() as transaction:
        make = query("insert into store.unit values (%(u)s, %(n)s, '{}')")
        rows = [{"u": f"u{n}", "n": {"n": n}} for n in range(5)]
        assert await transaction.many(make, rows) == 5
        await transaction.run(query("create temp table t (n int, d jsonb)"))
        lines = b"".join(b'%d\t{"tab": "\\\\t\\\\\\\\N"}\n' % n for n in range(3))
        await transaction.copy(query("copy t from stdin"), lines)
        found = await transaction.all(query("select n, d from t order by n"))
    assert found == [{"n": n, "d": {"tab": "\t\\N"}} for n in range(3)]


async def test_the_asker_is_forgotten_with_the_transaction(pages: Database):
    ask = query("select store.asker() as asker")
    limits = Limits(connections=1)
    async with Database.open(pages._url, "one", limits) as single:
        async with single.transaction("somebody") as transaction:
            assert await transaction.one(ask) == {"asker": "somebody"}
        async with single.transaction() as transaction:
            assert await transaction.one(ask) == {"asker": None}


async def test_the_asker_means_nothing_for_another_role(database: Database):
    async with database.transaction("somebody") as transaction:
        row = await transaction.one(query("select store.asker() as asker"))
    assert row == {"asker": None}


async def test_what_a_thief_set_for_the_role_shuts_nobody_out(
    owner: psycopg.Connection[tuple[object, ...]], database_url: Callable[[Role], str]
):
    url = database_url("wachtpost_dashboard")
    with psycopg.connect(url, autocommit=True) as thief:
        thief.execute("alter role wachtpost_dashboard set row_security = off")
    try:
        async with (
            Database.open(url, "test") as pages,
            pages.transaction("nobody") as transaction,
        ):
            assert await transaction.all(query("select * from seen.unit")) == []
    finally:
        owner.execute("alter role wachtpost_dashboard reset all")


async def test_read_only_means_it(database: Database):
    async with database.transaction(read_only=True) as transaction:
        with pytest.raises(DatabaseFullError, match="read-only") as caught:
            await transaction.run(query("delete from store.event"))
    assert caught.value.retry


async def test_what_is_forbidden_is_not_tried_again(pages: Database):
    async with pages.transaction("somebody") as transaction:
        with pytest.raises(ForbiddenError) as caught:
            await transaction.all(query("select from store.event"))
    assert not caught.value.retry


async def test_a_mistake_in_the_query_is_told_in_the_servers_words(database: Database):
    async with database.transaction() as transaction:
        with pytest.raises(DatabaseError, match=r"\(42P01\).*no_such_table") as caught:
            await transaction.all(query("select from no_such_table"))
    assert not caught.value.retry


async def test_a_statement_that_takes_too_long_is_ended(database: Database):
    limits = Limits(connections=1, statement_s=1)
    async with (
        Database.open(database._url, "slow", limits) as slow,
        slow.transaction() as transaction,
    ):
        with pytest.raises(DatabaseBusyError, match="statement timeout") as caught:
            await transaction.all(query("select pg_sleep(30)"))
    assert caught.value.retry


async def _lock_both(
    database: Database, units: list[str], meet: asyncio.Barrier
) -> None:
    lock = query("select from store.unit where unit = %(u)s for update")
    async with database.transaction() as transaction:
        await transaction.all(lock, u=units[0])
        await meet.wait()
        await transaction.all(lock, u=units[1])


async def test_a_process_that_stood_still_in_a_transaction_may_try_again(
    database_url: Callable[[Role], str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(collector.database, "IDLE_IN_TRANSACTION_S", 1)
    async with Database.open(database_url("wachtpost_collector"), "test") as database:
        with pytest.raises(DatabaseAwayError) as caught:
            await _stand_still(database)
        assert caught.value.retry
        async with database.transaction() as transaction:
            assert await transaction.one(query("select 1 as one")) == {"one": 1}


async def _stand_still(database: Database) -> None:
    never = asyncio.get_running_loop().create_future()
    async with database.transaction() as transaction:
        await transaction.one(query("select 1 as one"))
        await asyncio.wait([never], timeout=2)
        await transaction.one(query("select 1 as one"))


async def test_a_deadlock_says_that_trying_again_helps(database: Database):
    make = query("insert into store.unit values (%(u)s, '{}', '{}')")
    async with database.transaction() as transaction:
        await transaction.many(make, [{"u": "a"}, {"u": "b"}])
    meet = asyncio.Barrier(2)
    outcomes = await asyncio.gather(
        _lock_both(database, ["a", "b"], meet),
        _lock_both(database, ["b", "a"], meet),
        return_exceptions=True,
    )
    (lost,) = [one for one in outcomes if one is not None]
    assert isinstance(lost, DatabaseBusyError)
    assert lost.retry


async def test_a_server_that_is_away_is_told_and_found_again(
    durable_postgres_server: PostgresServer,
):
    server = durable_postgres_server
    impatient = Limits(wait_s=1.0)
    async with (
        Database.open(server.admin_url, "test") as database,
        Database.open(server.admin_url, "test", impatient) as impatient_one,
    ):
        await _once(database)
        await _once(impatient_one)
        server.kill()
        with pytest.raises(DatabaseAwayError) as caught:
            await _once(impatient_one)
        assert caught.value.retry
        server.start()
        async with database.transaction() as transaction:
            assert await transaction.one(query("select 1 as n")) == {"n": 1}


async def _once(database: Database) -> None:
    async with database.transaction() as transaction:
        await transaction.run(query("select 1"))


async def test_notes_are_heard_when_the_transaction_commits(database: Database):
    async with aclosing(database.notes("incident", "site")) as notes:
        first = await anext(notes)
        assert (first.channel, first.live) == (None, True)
        async with database.transaction() as transaction:
            await transaction.notify("incident", "unit-1 5")
        with pytest.raises(RuntimeError):
            await _notify_and_fail(database)
        async with database.transaction() as transaction:
            await transaction.notify("site", "unit-1 here")
        heard = [await anext(notes), await anext(notes)]
    assert [(note.channel, note.payload) for note in heard] == [
        ("incident", "unit-1 5"),
        ("site", "unit-1 here"),
    ]


async def _notify_and_fail(database: Database) -> None:
    async with database.transaction() as transaction:
        await transaction.notify("incident", "never")
        raise RuntimeError


async def test_a_listener_that_was_cut_off_says_so_and_comes_back(
    database: Database, owner: psycopg.Connection[tuple[object, ...]]
):
    async with aclosing(database.notes("incident")) as notes:
        await anext(notes)
        cut = owner.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where application_name = 'wachtpost notes'"
            " and datname = current_database()"
        ).fetchone()
        assert cut == (1,)
        assert (await anext(notes)).live is False
        assert (await anext(notes)).live is True
        async with database.transaction() as transaction:
            await transaction.notify("incident", "again")
        assert (await anext(notes)).payload == "again"


async def test_a_transaction_belongs_to_its_block(database: Database):
    async with database.transaction() as transaction:
        pass
    assert isinstance(transaction, Transaction)
