"""What is too old goes, with its files; everything else stays, whatever clocks say."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from obstore.store import ObjectStore

import collector.database
import collector.keep.retention
from collector.blob import digest_of, object_name
from collector.database import Database
from collector.errors import ForbiddenError
from collector.keep.errors import ElsewhereError
from collector.keep.retention import forget
from collector.keep.terms import Terms
from collector.keep.turn import QUERIES, turn
from collector.keep.verify.look import verify
from collector.query import Query
from sites.policy import Policy
from tests.collector import world
from tests.collector.databases import Role
from tests.collector.keep.pen import Pen, days

pytestmark = pytest.mark.both_databases


async def test_old_rows_go_and_young_rows_stay(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    now = pen.now()
    for age in (0, 30, 88.9, 91, 200):
        pen.event(now - days(age))
        pen.measured(now - days(age))
    for age in (89, 91):
        pen.untimed(now - days(age))
    for age in (29, 31):
        pen.frame(now - days(age))
    await forget(database, blobs, terms)
    for table in ("event", "measurement"):
        ((oldest,),) = pen.rows(f"select min(at) from store.{table}")  # noqa: S608  # a constant
        assert pen.count(table) == 3
        assert oldest == now - days(88.9)
    assert pen.count("event_untimed") == pen.count("frame_set_aside") == 1
    again = await forget(database, blobs, terms)
    assert again == {}


async def test_what_goes_is_counted_and_whole_days_go_at_once(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    now = pen.now()
    for age in (100, 100.1, 120):
        pen.event(now - days(age))
    gone = await forget(database, blobs, terms)
    ((chunks,),) = pen.rows(
        "select count(*) from pg_extension where extname = 'timescaledb'"
    )
    assert gone["events"] == (0 if chunks else 3)
    assert gone["chunks"] >= (2 if chunks else 0)
    assert pen.count("event") == 0


async def test_a_stricter_unit_forgets_its_own_rows_alone(
    database: Database, blobs: ObjectStore, pen: Pen
):
    national, now = Policy(), pen.now()
    terms = Terms(national, {"noord": Policy(events_days=10), "zuid": national})
    for site in ("haven", "duin"):
        for age in (8, 11):
            pen.event(now - days(age), site=site)
            pen.measured(now - days(age), site=site)
    await forget(database, blobs, terms)
    for table in ("event", "measurement"):
        found = pen.rows(f"select unit, count(*) from store.{table} group by 1")  # noqa: S608  # a constant
        assert dict(found) == {"noord": 1, "zuid": 2}


async def test_many_rows_go_in_small_batches(
    database: Database,
    blobs: ObjectStore,
    terms: Terms,
    pen: Pen,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(collector.keep.retention, "BATCH", 7)
    now = pen.now()
    for number in range(20):
        pen.untimed(now - days(100) - timedelta(seconds=number))
    gone = await forget(database, blobs, terms)
    assert gone["untimed"] == 20
    assert pen.count("event_untimed") == 0


async def test_records_of_an_incident_outlive_the_raw_rows(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    long_ago = pen.now() - days(300)
    pen.event(long_ago, "alarm.raised")
    pen.resolve(pen.incident(long_ago), long_ago)
    await forget(database, blobs, terms)
    assert (pen.count("event"), pen.count("incident_record")) == (0, 1)


async def test_an_incident_goes_three_years_after_it_was_resolved(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    now = pen.now()
    still_open = pen.incident(now - days(1200))
    recent, old = (pen.incident(now - days(1200)) for _ in range(2))
    pen.resolve(recent, now - days(1090))
    pen.resolve(old, now - days(1100))
    await forget(database, blobs, terms)
    assert pen.rows("select incident from store.incident order by 1") == [
        (still_open,),
        (recent,),
    ]
    assert pen.count("incident_record") == 2


async def test_sessions_links_and_refusals_that_are_over_go(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    ((person,),) = pen.rows("select min(person) from store.person")
    for name, ends in (("old", "2 days"), ("young", "-1 days")):
        pen.run(
            "insert into store.session values (%s, %s, now(), now() - %s::interval)",
            *(name, person, ends),
        )
        pen.run(
            "insert into store.sign_in_link"
            " values (%s, %s, now(), now() - %s::interval)",
            *(name, person, ends),
        )
        pen.run(
            "insert into store.sign_in_refusal values (now() - %s::interval, '')", ends
        )
    gone = await forget(database, blobs, terms)
    assert gone["sign_ins"] == 3
    assert pen.rows("select session from store.session") == [("young",)]
    assert pen.rows("select link from store.sign_in_link") == [("young",)]


async def test_passkeys_go_with_who_was_removed_and_sessions_that_idled(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    for who, removed in (("here", None), ("gone", "2 days"), ("just-gone", "1 hour")):
        pen.run(
            "insert into store.person (person, role, language, removed)"
            " values (%s, 'cso', 'nl', now() - %s::interval)",
            *(who, removed),
        )
        pen.run(
            "insert into store.passkey values (%s, %s, 'h', 'n', 'k', 0)", *(who, who)
        )
    pen.run(
        "insert into store.session (session, person, expires, idle)"
        " values ('idled', 'here', now(), now() - interval '2 days')"
    )
    pen.run(
        "insert into store.challenge values"
        " ('c', 'h', 'sign_in', 'o', now(), now() - interval '2 days')"
    )
    gone = await forget(database, blobs, terms)
    assert gone["sign_ins"] == 3
    assert pen.rows("select passkey from store.passkey order by 1") == [
        ("here",),
        ("just-gone",),
    ]


async def test_tasks_go_with_the_records_that_gave_them(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    for age in (10, 100):
        pen.run(
            "insert into store.task_aside select 'noord', 'd', 1, 'lens.dirty',"
            " now() - %s, person, now() - %s from store.person limit 1",
            *(days(age), days(age)),
        )
    await forget(database, blobs, terms)
    assert pen.count("task_aside") == 1


async def test_a_picture_goes_with_its_file(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    now = pen.now()
    young, _ = pen.picture(now - days(6)), pen.picture(now - days(8))
    await forget(database, blobs, terms)
    assert pen.rows("select digest from store.picture") == [(young,)]
    assert pen.files() == {young}


async def test_a_picture_of_an_open_incident_stays_but_never_past_28_days(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    now = pen.now()
    shown, too_old, closed = (pen.picture(now - days(age)) for age in (20, 29, 20))
    for digest in (shown, too_old, closed):
        incident = pen.incident(now - days(20), picture=digest)
        if digest == closed:
            pen.resolve(incident, now)
    await forget(database, blobs, terms)
    assert pen.files() == {shown}


async def test_a_clip_that_was_filmed_around_an_open_incident_stays(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    now = pen.now()
    near, far = pen.picture(now - days(9), "mp4"), pen.picture(now - days(9), "mp4")
    for digest, away in ((near, 70), (far, 100)):
        at = now - days(10) + timedelta(seconds=away)
        pen.event(at, "clip.kept", clip=digest, seconds=30, before=10)
    pen.incident(now - days(10))
    await forget(database, blobs, terms)
    assert pen.files() == {near}


async def test_a_row_whose_file_is_gone_already_goes_as_well(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen, folder: Path
):
    digest = pen.picture(pen.now() - days(8))
    (folder / object_name(digest)).unlink()
    await forget(database, blobs, terms)
    assert pen.count("picture") == 0


async def test_parts_that_never_became_whole_go(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    digest = pen.picture(pen.now() - days(8))
    pen.run("update store.picture set complete = null")
    pen.run("insert into store.picture_part values (%s, 'noord', 0, 'part')", digest)
    await forget(database, blobs, terms)
    assert pen.count("picture") == pen.count("picture_part") == 0


async def test_a_file_without_a_row_goes_when_a_picture_would(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    now, names = pen.now(), ("a" * 64, "b" * 64)
    pen.file(object_name(names[0]), b"old", now - days(8))
    pen.file(object_name(names[1]), b"young", now - days(6))
    foreign = pen.file("pictures/readme", b"not ours to remove", now - days(80))
    gone = await forget(database, blobs, terms)
    assert gone["stray_files"] == 1
    assert pen.files() == {names[1], foreign.name}


async def test_a_clock_of_another_machine_makes_nothing_old(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    now = pen.now()
    pen.untimed(now, received=now - days(4000))
    digest = pen.picture(now)
    pen.frame(now)
    for table in ("picture", "frame_set_aside"):
        pen.run(f"update store.{table} set received = now() - interval '4000 days'")  # noqa: S608  # a constant
    await forget(database, blobs, terms)
    assert pen.files() == {digest}
    assert pen.count("event_untimed") == pen.count("frame_set_aside") == 1


async def test_what_a_wrong_clock_wrote_is_as_old_as_it_really_is(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    now = pen.now()
    for age, really in ((200, 1), (200, 150), (300, None), (1, None)):
        pen.event(now - days(age), age=age, really=really)
        pen.measured(now - days(age), really or 0)
        for table in ("event", "measurement"):
            pen.run(
                f"update store.{table} set corrected = %s where at = %s"  # noqa: S608  # a constant
                " and corrected is null",
                *(None if really is None else now - days(really), now - days(age)),
            )
    await forget(database, blobs, terms)
    assert (await verify(database, blobs)).findings == ()
    left = pen.rows("select data from store.event order by at")
    assert [row["really"] for (row,) in left] == [1, None]
    assert pen.count("measurement") == 2


async def test_what_a_clock_that_was_ahead_wrote_goes_as_early_as_the_rest(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    bound = terms.bounds(pen.now()).strictest
    for really in (-0.2, 0.2):
        pen.event(bound + days(0.9 + really), really=really)
        pen.measured(bound + days(0.9 + really), really)
    for table in ("event", "measurement"):
        pen.run(f"update store.{table} set corrected = at - interval '0.9 days'")  # noqa: S608  # a constant
    await forget(database, blobs, terms)
    assert pen.rows("select data from store.event") == [({"really": 0.2},)]
    assert pen.rows("select value from store.measurement") == [(0.2,)]


@dataclass
class SlowBlobs:
    """A blob store far away."""

    blobs: ObjectStore

    def list(self, prefix: str) -> Any:
        return self.blobs.list(prefix)

    async def delete_async(self, path: str) -> None:
        await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.06)
        await self.blobs.delete_async(path)


async def test_old_pictures_go_from_a_slow_blob_store_too(
    database_url: Callable[[Role], str],
    blobs: ObjectStore,
    terms: Terms,
    pen: Pen,
    monkeypatch: pytest.MonkeyPatch,
):
    """A second in a transaction without a word to the database is the most there."""
    for _ in range(25):
        pen.picture(pen.now() - days(30))
    monkeypatch.setattr(collector.database, "IDLE_IN_TRANSACTION_S", 1)
    slow: Any = SlowBlobs(blobs)
    async with Database.open(database_url("wachtpost_collector"), "keep") as keep:
        gone = await forget(keep, slow, terms)
    assert (gone["pictures"], pen.count("picture"), pen.files()) == (25, 0, set())


async def test_roll_ups_and_when_nobody_listened_are_known_for_three_years(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    for age in (1000, 1100):
        ended = pen.now() - days(age)
        pen.run("insert into store.deaf values (%s, %s)", ended - days(1), ended)
        for table in ("event_hour", "event_day"):
            pen.run(
                f"insert into store.{table} values ('haven', %s, 'noord', 'x', 1)",  # noqa: S608  # a constant
                ended,
            )
        for table in ("measurement_hour", "measurement_day"):
            pen.run(
                f"insert into store.{table}"  # noqa: S608  # a constant
                " values ('haven', %s, 'noord', 'd', 1, 'x', 1, 1, 1, 1)",
                ended,
            )
    await forget(database, blobs, terms)
    for table in ("deaf", "event_hour", "event_day", "measurement_hour"):
        assert pen.count(table) == 1, table
    assert pen.count("measurement_day") == 1


async def test_certificates_turns_and_cleared_clones_go_and_others_stay(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    now = pen.now()
    for name, age in (("old", 91), ("young", 89)):
        pen.run(
            "insert into store.certificate values"
            " (%s, %s, 1, 'noord', 'haven', 'key', %s, %s, now(), 'chain')",
            *(name, world.STATION, now - days(age + 8), now - days(age)),
        )
    for run, age in (("old", 31), ("young", 29)):
        pen.run(
            "insert into store.turn values (%s, %s, 'noord', 'haven', 1, '{}', %s)",
            *(world.STATION, run, now - days(age)),
        )
    for cleared in (now - days(1100), now - days(1000), None):
        pen.run(
            "insert into store.clone (device, unit, site, runs, cleared)"
            " values (%s, 'noord', 'haven', '{a,b}', %s)",
            *(world.STATION, cleared),
        )
    gone = await forget(database, blobs, terms)
    assert (gone["certificates"], gone["turns"], gone["clones"]) == (1, 1, 1)
    assert pen.rows("select serial from store.certificate") == [("young",)]
    assert pen.rows("select run from store.turn") == [("young",)]
    assert pen.count("clone") == 2


async def test_changes_of_a_roster_are_known_for_three_years_after_their_end(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    pen.run(
        "insert into store.person (person, unit, role, language)"
        " values ('someone', 'noord', 'desk', 'nl')"
    )
    for age in (1100, 1000, -1):
        until = pen.now() - days(age)
        pen.run(
            "insert into store.roster_change"
            " (unit, part, person, since, until, made_by)"
            " values ('noord', 'first', 'someone', %s, %s, 'someone')",
            *(until - days(1), until),
        )
    gone = await forget(database, blobs, terms)
    assert gone["roster_changes"] == 1
    assert pen.rows("select change from store.roster_change order by 1") == [(2,), (3,)]


async def test_commands_are_known_for_three_years_after_their_end(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    now = pen.now()
    for number, age in ((1, 1100), (2, 1000), (3, -1)):
        pen.run(
            "insert into store.command"
            " (device, number, unit, site, what, said, signature, made, expires)"
            " values (%s, %s, 'noord', 'haven', 'restart', '', '', %s, %s)",
            *(world.STATION, number, now - days(1200), now - days(age)),
        )
    gone = await forget(database, blobs, terms)
    assert gone["commands"] == 1
    assert pen.rows("select number from store.command order by 1") == [(2,), (3,)]


async def test_which_numbers_came_is_known_for_three_years(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    now = pen.now()
    for run, age in (("old", 1100), ("young", 1000)):
        pen.run(
            "insert into store.lane_state (device, run, lane, unit, site, heard)"
            " values (%s, %s, 'up', 'noord', 'haven', %s)",
            *(world.STATION, run, now - days(age)),
        )
        pen.run(
            "insert into store.clock_jump values (%s, %s, now(), 'noord', 'haven', 6)",
            *(world.STATION, run),
        )
    gone = await forget(database, blobs, terms)
    assert (gone["lanes"], gone["jumps"]) == (1, 1)
    assert pen.rows("select run from store.lane_state") == [("young",)]
    assert pen.rows("select run from store.clock_jump") == [("young",)]


async def test_one_collector_at_once_keeps_house(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    pen.untimed(pen.now() - days(100))
    async with turn(database):
        with pytest.raises(ElsewhereError):
            await forget(database, blobs, terms)
    assert pen.count("event_untimed") == 1
    assert (await forget(database, blobs, terms))["untimed"] == 1


async def test_days_that_somebody_reads_are_forgotten_row_by_row(
    database: Database,
    blobs: ObjectStore,
    terms: Terms,
    pen: Pen,
    database_url: Callable[[Role], str],
):
    pen.event(pen.now() - days(100))
    with psycopg.connect(database_url("postgres")) as reader:
        reader.execute("select count(*) from store.event")
        gone = await forget(database, blobs, terms)
    assert gone["events"] + gone["chunks"] == 1
    assert pen.count("event") == 0


@pytest.mark.parametrize(
    "asked",
    [
        b"select store.forget_events(now())",
        b"select store.forget_incidents(now() - interval '2 years')",
    ],
)
async def test_the_store_refuses_to_forget_what_is_young(
    database: Database, asked: bytes
):
    async with database.transaction() as transaction:
        with pytest.raises(ForbiddenError):
            await transaction.all(Query("test", asked, dict))


async def test_the_owners_work_is_for_the_collector_alone(
    database_url: Callable[[Role], str],
):
    async with (
        Database.open(database_url("wachtpost_dashboard"), "test") as reader,
        reader.transaction() as transaction,
    ):
        with pytest.raises(ForbiddenError):
            await transaction.one(QUERIES["forget_sign_ins"])


@pytest.mark.parametrize(
    "name", ["pictures/ab/cd", "other/aa/" + "a" * 64, "pictures/bb/" + "a" * 64, ""]
)
def test_a_name_that_is_no_pictures_is_none(name: str):
    assert digest_of(name) is None
    assert digest_of(object_name("a" * 64)) == "a" * 64
