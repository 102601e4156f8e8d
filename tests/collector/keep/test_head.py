"""In the store: whoever may write anything changes nothing that is not found."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from nacl.signing import SigningKey
from obstore.store import ObjectStore
from psycopg.rows import class_row

from collector.__main__ import main
from collector.database import Database
from collector.keep.audit import Entry, note
from collector.keep.auditor import Auditor
from collector.keep.chain import (
    CHANGED,
    MISSING,
    REWRITTEN,
    STRAYED,
    Finding,
    Head,
    Link,
)
from collector.keep.head import UNSIGNED, Keys, Verdict, look_through, sign
from collector.keep.retention import forget
from collector.keep.terms import Terms
from collector.keep.turn import QUERIES
from collector.metrics import Health
from collector.settings import PREFIX
from sites.keys import key_text
from tests.collector import world
from tests.collector.databases import Role
from tests.collector.forger import chained, linked
from tests.collector.keep.pen import Pen
from tests.collector.setting import Setting
from tests.collector.waiting import until
from tests.servers.mosquitto import Broker

pytestmark = pytest.mark.both_databases

Owner = psycopg.Connection[Any]
KEY = world.COLLECTOR_SIGN
SITE = f"site:{next(iter(world.inventory().sites))}"
ODD = ("", "é€\n", "3:abc,-,", "\\x00", "'; drop table store.audit; --", "a" * 600)
DUE = "update store.keep_done set done = done - interval '5 min' where what = 'audit'"


@pytest.fixture(autouse=True)
def _nothing_yet(database: Database, owner: Owner) -> None:
    """Begin the chain anew: bringing an inventory in is noted as well."""
    del database
    owner.execute("delete from store.audit")


async def write(database: Database, number: int, said: str | None = None) -> None:
    """Let the collector do something, so many times."""
    for each in range(number):
        async with database.transaction() as transaction:
            subject = (None, SITE, "person:somebody")[each % 3]
            entry = Entry("consult", f"kit:{each}", subject, reason=said)
            await note(transaction, entry)


async def look(database: Database, *keys: SigningKey, **more: Any) -> Verdict:
    async with database.transaction() as transaction:
        await transaction.run(QUERIES["audit_snapshot"])
        trusted = Keys([key.verify_key for key in keys or (KEY,)])
        return await look_through(transaction, trusted, **more)


async def signed(database: Database, key: SigningKey = KEY) -> Verdict:
    verdict = await look(database, key)
    async with database.transaction() as transaction:
        await sign(transaction, key, verdict)
    return verdict


def read(owner: Owner) -> list[Link]:
    with owner.cursor(row_factory=class_row(Link)) as cursor:
        return cursor.execute("select * from store.audit order by entry").fetchall()


def put(owner: Owner, links: Sequence[Link]) -> None:
    """Write entries as they are, whatever they say."""
    places = ", ".join(["%s"] * len(Link._fields))
    for link in links:
        owner.execute(f"insert into store.audit values ({places})".encode(), link)  # noqa: S608  # constants


@pytest.mark.parametrize("said", [None, *ODD])
async def test_what_the_store_wrote_python_computes_again(
    database: Database, said: str | None
):
    await write(database, 5, said)
    verdict = await signed(database)
    assert verdict.findings == ()
    assert (verdict.entries, verdict.last.entry) == (5, 5)
    assert [head.subject for head in verdict.news] == ["", "person:somebody", SITE]
    again = await look(database)
    assert (again.findings, again.news) == ((), ())


TRICKS = {
    "update store.audit set actor = 'x' where entry = 4": 4,
    "update store.audit set at = at + interval '1 microsecond' where entry = 4": 4,
    "update store.audit set reason = '' where entry = 4": 4,
    "update store.audit set subject = null, subject_prev = null, subject_hash = null"
    " where entry = 5": 5,
    "update store.audit set hash = repeat('0', 64) where entry = 7": 7,
    "update store.audit set prev = repeat('0', 64) where entry = 1": 1,
    "delete from store.audit where entry = 1": 1,
    "delete from store.audit where entry between 3 and 5": 3,
    "delete from store.audit where entry > 6": 7,
    "delete from store.audit": 1,
    "update store.audit set entry = 99 where entry = 3": 3,
    "insert into store.audit select -entry, at, actor, role, actor_unit, verb, object,"
    " subject, unit, result, reason, origin, subject_prev, subject_hash, prev, hash"
    " from store.audit where entry = 5": -5,
    "insert into store.audit select 10, at, actor, role, actor_unit, verb, object,"
    " subject, unit, result, reason, origin, subject_prev, subject_hash, prev, hash"
    " from store.audit where entry = 9": 10,
    "update store.audit a set object = b.object from store.audit b"
    " where (a.entry, b.entry) in ((2, 8), (8, 2))": 2,
}


@pytest.mark.parametrize("trick", TRICKS)
async def test_the_first_that_is_not_as_it_was_is_named(
    database: Database, owner: Owner, trick: str
):
    await write(database, 9)
    await signed(database)
    owner.execute(trick.encode())
    first = (await look(database)).findings[0]
    assert first.first == TRICKS[trick]


async def test_who_computes_all_hashes_again_is_told_by_the_heads(
    database: Database, owner: Owner
):
    for _ in range(3):
        await write(database, 4)
        await signed(database)
    links = read(owner)
    links[5] = links[5]._replace(actor="somebody-else")
    owner.execute("delete from store.audit")
    put(owner, chained(links, 5))
    # The head of its subject tells it closer than that of the whole.
    assert (await look(database)).findings == (
        Finding(5, 6, REWRITTEN),
        Finding(7, 12, STRAYED),
    )


async def test_a_cut_with_its_heads_is_told_by_whoever_kept_one(
    database: Database, owner: Owner
):
    await write(database, 4)
    await signed(database)
    await write(database, 4)
    last = (await signed(database)).last
    owner.execute("delete from store.audit where entry > 4")
    owner.execute("delete from store.audit_head where entry > 4")
    assert (await look(database)).findings == ()
    assert (await look(database, witnessed=[last])).findings == (
        Finding(5, 8, MISSING),
    )


@pytest.mark.parametrize(
    "trick",
    [
        "update store.audit_head set hash = repeat('0', 64) where subject = ''",
        "update store.audit_head set at = at - interval '4 years'",
        "update store.audit_head set signature = 'x' where subject = ''",
        "delete from store.audit_head where subject <> ''",
        "update store.audit_head set key = repeat('a', 64)",
    ],
)
async def test_a_head_that_was_touched_is_found(
    database: Database, owner: Owner, trick: str
):
    await write(database, 4)
    await signed(database)
    owner.execute(trick.encode())
    assert UNSIGNED in {one.what for one in (await look(database)).findings}


async def test_heads_of_another_key_count_for_nothing_until_it_is_named(
    database: Database,
):
    before = SigningKey.generate()
    await write(database, 3)
    await signed(database, before)
    assert [one.what for one in (await look(database)).findings] == [UNSIGNED]
    assert (await look(database, KEY, before)).findings == ()


async def test_since_begins_behind_what_was_signed_by_then(
    database: Database, owner: Owner
):
    await write(database, 4)
    then = (await signed(database)).at
    await write(database, 3)
    await signed(database)
    assert (await look(database, since=then)).entries == 3
    owner.execute("update store.audit set actor = 'x' where entry in (2, 6)")
    assert (await look(database, since=then)).findings == (Finding(6, 6, CHANGED),)
    first = then - timedelta(days=1)
    assert (await look(database, since=first)).findings[0].first == 2


async def test_three_years_later_entries_go_and_the_chain_still_holds(
    database: Database, owner: Owner, blobs: ObjectStore, terms: Terms, pen: Pen
):
    old = await aged(database, owner, pen.now() - timedelta(days=1200), 6)
    await write(database, 3)
    assert (await signed(database)).findings == ()
    gone = await forget(database, blobs, terms)
    assert gone["audit"] == 6
    left = await look(database)
    assert (left.findings, left.entries, left.last.entry) == ((), 3, 9)
    assert pen.rows("select max(at) < now() - interval '3 years' from store.audit") == [
        (False,)
    ]
    kept = pen.rows("select entry from store.audit_head where subject = '' order by 1")
    assert kept == [(old.entry,), (9,)]
    owner.execute("delete from store.audit where entry = 7")
    assert (await look(database)).findings == (Finding(1, 7, MISSING),)


async def test_nobody_passes_a_cut_of_yesterday_off_as_one_of_old(
    database: Database, owner: Owner
):
    await write(database, 4)
    await signed(database)
    await write(database, 4)
    await signed(database)
    owner.execute("delete from store.audit where entry <= 4")
    assert (await look(database)).findings == (Finding(1, 4, MISSING),)


async def test_what_no_head_vouches_for_is_not_forgotten(
    database: Database, owner: Owner, blobs: ObjectStore, terms: Terms, pen: Pen
):
    await aged(database, owner, pen.now() - timedelta(days=1200), 6, sign_it=False)
    await write(database, 1)
    gone = await forget(database, blobs, terms)
    assert gone["audit"] == 0


async def aged(
    database: Database,
    owner: Owner,
    at: datetime,
    number: int,
    *,
    sign_it: bool = True,
) -> Head:
    """Let entries, and their head, be as old as that."""
    body = [("x", (None, SITE)[each % 2], None, None) for each in range(number)]
    links = [
        link._replace(at=at + timedelta(seconds=place))
        for place, link in enumerate(linked(body))
    ]
    put(owner, chained(links))
    verdict = await look(database)
    if sign_it:
        late = at + timedelta(minutes=5)
        news = tuple(head._replace(at=late) for head in verdict.news)
        old = Verdict((), number, verdict.last, news, late)
        async with database.transaction() as transaction:
            await sign(transaction, KEY, old)
    return verdict.last


async def test_what_was_altered_removed_or_put_in_is_told_within_five_minutes_a31(
    database: Database, owner: Owner
):
    health = Health()
    auditor = Auditor(database, KEY, health)
    await write(database, 9)
    first = await auditor.look()
    assert first is not None
    assert (first.findings, health.troubles) == ((), {})
    assert await auditor.look() is None  # not due
    kept, heads = read(owner), "create table heads as select * from store.audit_head"
    owner.execute(heads.encode())
    for trick, entry in TRICKS.items():
        owner.execute(trick.encode())
        owner.execute(DUE.encode())
        await auditor.look()
        assert str(entry) in health.troubles["audit"], trick
        told = owner.execute("select entry from store.attention").fetchall()
        assert (entry,) in told
        owner.execute("delete from store.audit")
        put(owner, kept)
        owner.execute("delete from store.audit_head")
        owner.execute("insert into store.audit_head select * from heads")
    owner.execute(DUE.encode())
    await auditor.look()
    assert health.troubles == {}


async def test_it_is_told_once_and_stays_in_the_health(
    database: Database, owner: Owner
):
    health = Health()
    auditor = Auditor(database, KEY, health)
    await write(database, 5)
    await auditor.look()
    owner.execute("update store.audit set actor = 'x' where entry = 2")
    for _ in range(3):
        owner.execute(DUE.encode())
        await auditor.look()
    told = owner.execute("select sort, entry, seen from store.attention").fetchall()
    assert told == [("audit_broken", 2, None)]
    assert health.troubles["audit"].startswith("entry 2 was changed")


async def test_a_later_rewriting_is_told_as_well(database: Database, owner: Owner):
    auditor = Auditor(database, KEY, Health())
    told = []
    for place in (2, 3, 14):
        for _ in range(2):
            await write(database, 4)
            owner.execute(DUE.encode())
            await auditor.look()
        links = read(owner)
        links[place] = links[place]._replace(actor="somebody-else")
        owner.execute("delete from store.audit")
        put(owner, chained(links, place))
        for _ in range(2):
            owner.execute(DUE.encode())
            await auditor.look()
        rows = owner.execute("select entry, last from store.attention").fetchall()
        assert len(rows) == len(set(rows))
        told.append(len(rows))
    assert told[0] < told[1] < told[2]


async def test_an_entry_that_is_far_too_long_is_not_held_and_told(
    database: Database, owner: Owner
):
    await write(database, 3)
    owner.execute("alter table store.audit drop constraint audit_check1")
    owner.execute(
        "update store.audit set reason = repeat('a', 1000000) where entry = 2"
    )
    links = read(owner)
    owner.execute("delete from store.audit")
    put(owner, chained(links, 1))
    assert (await look(database)).findings[0] == Finding(2, 2, CHANGED)


async def test_a_turn_that_somebody_keeps_is_told(
    database: Database, owner: Owner, database_url: Callable[[Role], str]
):
    health = Health()
    auditor = Auditor(database, KEY, health)
    await auditor.look()
    with psycopg.connect(database_url("wachtpost_collector")) as thief:
        thief.execute("select store.take_turn('audit')")
        owner.execute(DUE.encode())
        await auditor.look()
        assert health.troubles == {}
        owner.execute(DUE.replace("5 min", "6 min").encode())
        await auditor.look()
        assert "nobody looked through it for" in health.troubles["audit_turn"]
    await auditor.look()
    assert health.troubles == {}


async def test_an_advisory_lock_of_anybody_keeps_nobody_from_looking(
    database: Database, database_url: Callable[[Role], str]
):
    await write(database, 2)
    with psycopg.connect(database_url("wachtpost_dashboard")) as thief:
        thief.execute("select pg_advisory_lock(8700, k) from generate_series(1, 9) k")
        assert await Auditor(database, KEY, Health()).look() is not None


async def test_a_collector_that_runs_is_a_witness_itself(
    database: Database, owner: Owner
):
    health = Health()
    auditor = Auditor(database, KEY, health)
    await write(database, 5)
    await auditor.look()
    owner.execute("delete from store.audit where entry > 3")
    owner.execute("delete from store.audit_head")
    owner.execute(DUE.encode())
    await auditor.look()
    assert "entries 4 to 5 missing" in health.troubles["audit"]


async def test_of_two_collectors_one_looks(database: Database):
    await write(database, 2)
    one, two = (Auditor(database, KEY, Health()) for _ in range(2))
    assert await one.look() is not None
    assert await two.look() is None


async def test_a_store_that_refuses_is_told(database: Database, owner: Owner):
    health = Health()
    owner.execute("revoke select on store.audit from wachtpost_collector")
    await Auditor(database, KEY, health).look()
    assert "permission denied" in health.troubles["audit"]


def command(
    url: Callable[[Role], str], monkeypatch: pytest.MonkeyPatch, *asked: str
) -> int:
    monkeypatch.setenv(f"{PREFIX}DATABASE_URL", url("wachtpost_collector"))
    return main(["audit", "verify", *asked])


def some(url: Callable[[Role], str], number: int) -> None:
    with psycopg.connect(url("wachtpost_collector"), autocommit=True) as pen:
        for each in range(number):
            pen.execute(
                "select store.audit_note('consult', %s, null, null, 'done',"
                " null, null, null)",
                [f"kit:{each}"],
            )


def test_the_command_names_the_first_and_gives_one(
    database_url: Callable[[Role], str],
    owner: Owner,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv(f"{PREFIX}SIGNING_KEY", key_text(KEY))
    some(database_url, 6)
    assert command(database_url, monkeypatch) == 0
    looked, head = capsys.readouterr().out.splitlines()
    assert looked == "6 entries were looked at, nothing found"
    assert head.startswith("head 6:")
    owner.execute("delete from store.audit where entry > 4")
    assert command(database_url, monkeypatch) == 0
    capsys.readouterr()
    kept = head.removeprefix("head ")
    assert command(database_url, monkeypatch, "--head", kept) == 1
    assert capsys.readouterr().out.splitlines()[0] == "entries 5 to 6 missing"
    owner.execute("update store.audit set verb = 'delete' where entry = 2")
    public = key_text(KEY.verify_key)
    assert command(database_url, monkeypatch, "--key", public) == 1
    assert capsys.readouterr().out.startswith("entry 2 was changed or put in\n")


def test_the_command_needs_a_key(
    database_url: Callable[[Role], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.delenv(f"{PREFIX}SIGNING_KEY", raising=False)
    assert command(database_url, monkeypatch) == 1
    assert f"{PREFIX}SIGNING_KEY is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    "asked", [("--key", "abc"), ("--head", "7"), ("--since", "today")]
)
def test_nonsense_is_refused_with_a_sentence(
    database_url: Callable[[Role], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    asked: tuple[str, str],
):
    with pytest.raises(SystemExit):
        command(database_url, monkeypatch, *asked)
    assert asked[0] in capsys.readouterr().err


async def test_a_running_collector_signs_and_looks(
    database_url: Callable[[Role], str],
    private_broker: Broker,
    tmp_path: Path,
    owner: Owner,
):
    some(database_url, 3)
    setting = Setting(database_url, private_broker, tmp_path)
    try:
        await setting.start()
        await until(
            lambda: owner.execute("select entry from store.audit_head").fetchall()
        )
    finally:
        setting.process.kill()
    last = owner.execute("select max(entry) from store.audit").fetchone()
    heads = owner.execute("select entry from store.audit_head where subject = ''")
    assert heads.fetchall() == [last]
