"""The verifier finds whatever is too old, wherever it stands, and says where."""

import ast
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from obstore.store import ObjectStore

import collector.keep
from collector.__main__ import main
from collector.blob import object_name
from collector.database import Database
from collector.keep.retention import forget
from collector.keep.terms import Terms
from collector.keep.verify.known import KNOWN
from collector.keep.verify.look import verify
from collector.settings import PREFIX
from tests.collector.databases import Role
from tests.collector.furnish import furnish
from tests.collector.keep.pen import Pen, days

pytestmark = pytest.mark.both_databases
HOME = Path(collector.keep.__file__).parent
PLACE = "kerkstraat-12"


async def found(database: Database, blobs: ObjectStore, at: datetime | None = None):
    return [str(one) for one in (await verify(database, blobs, at)).findings]


def plant(pen: Pen) -> None:
    """Put one row into every table whose rows may grow old; too old in a year."""
    furnish(pen.owner)
    pen.run("update store.unit set policy = %s", json.dumps({"events_days": 90}))
    pen.run(
        "update store.incident set state = 'resolved', owner = 'unit-a-desk',"
        " resolved = now(), outcome = 'real', sentence = ''"
    )
    pen.run("insert into store.deaf values (now() - interval '1 h', now())")
    pen.run("update store.clone set cleared = now()")
    pen.run("update store.session set expires = now(), ended = now()")
    pen.run("update store.sign_in_link set expires = now(), used = now()")


async def test_a_young_store_has_no_findings(
    database: Database, blobs: ObjectStore, pen: Pen
):
    now = pen.now()
    for age in (0, 89):
        pen.event(now - days(age))
        pen.measured(now - days(age))
        pen.untimed(now - days(age))
    pen.frame(now - days(29))
    pen.picture(now - days(6))
    verdict = await verify(database, blobs)
    assert verdict.findings == ()
    assert verdict.files == 1
    assert verdict.tables == len(KNOWN)


async def test_every_table_of_the_store_is_known(pen: Pen):
    tables = pen.rows(
        "select 'store.' || relname from pg_class where relkind in ('r', 'p')"
        " and relnamespace = 'store'::regnamespace"
    )
    assert {name for (name,) in tables} == set(KNOWN)


@pytest.mark.parametrize(
    "table", sorted(name for name, age in KNOWN.items() if age is not None)
)
async def test_a_planted_row_is_found_in_every_table_a24(
    database: Database, blobs: ObjectStore, pen: Pen, table: str
):
    plant(pen)
    findings = await found(database, blobs, pen.now() + days(4 * 366))
    assert [one for one in findings if one.startswith(f"{table}:")]
    if table != "store.picture":
        pen.run(f"truncate {table} cascade")
        rest = await found(database, blobs, pen.now() + days(4 * 366))
        assert not [one for one in rest if one.startswith(f"{table}:")]


async def test_old_rows_are_told_by_table_and_number_alone_a24(
    database: Database, blobs: ObjectStore, pen: Pen
):
    now = pen.now()
    for age in (80, 91, 92):
        pen.event(now - days(age), PLACE, note=PLACE)
    pen.measured(now - days(91))
    assert await found(database, blobs) == [
        "store.event: 2 too old by 'at' (events_days)",
        "store.measurement: 1 too old by 'at' (events_days)",
    ]


async def test_each_unit_is_held_to_its_own_policy_a24(
    database: Database, blobs: ObjectStore, pen: Pen
):
    now = pen.now()
    for site in ("haven", "duin"):
        pen.event(now - days(40), site=site)
        pen.picture(now - days(4), site=site)
    pen.run(
        "update store.unit set policy = policy ||"
        """ '{"events_days": 30, "station_pictures_days": 3}' where unit = 'noord'"""
    )
    findings = await found(database, blobs)
    assert findings[0] == "store.event: 1 too old by 'at' (events_days)"
    assert [one.rpartition(" is ")[2] for one in findings[1:]] == [
        "older than its 3 days"
    ] * 2


@pytest.mark.parametrize("kind", ["timestamptz", "timestamp", "date"])
@pytest.mark.parametrize("schema", ["store", "public"])
async def test_a_table_that_it_does_not_know_is_found_and_its_old_rows_a24(
    database: Database, blobs: ObjectStore, pen: Pen, kind: str, schema: str
):
    pen.run(f'create table {schema}."a; copy" (who text, seen {kind})')
    pen.run(f'grant select on {schema}."a; copy" to wachtpost_collector')
    pen.run(
        f"insert into {schema}.\"a; copy\" values (%s, now() - interval '91 days'),"  # noqa: S608  # constants
        " (%s, now())",
        *(PLACE, PLACE),
    )
    assert await found(database, blobs) == [
        f"{schema}.a; copy: a table that no rule of retention knows",
        f"{schema}.a; copy: 1 too old by 'seen' (events_days)",
    ]


async def test_a_table_into_which_it_may_not_look_is_a_finding(
    database: Database, blobs: ObjectStore, pen: Pen
):
    pen.run("create table store.aside as select now() as at")
    pen.run("revoke select on store.measurement from wachtpost_collector")
    assert await found(database, blobs) == [
        "store.aside: a table that no rule of retention knows",
        "store.aside: this role may not look into it",
        "store.measurement: this role may not look into it",
    ]


async def test_a_time_that_was_renamed_is_a_finding(
    database: Database, blobs: ObjectStore, pen: Pen
):
    pen.run("alter table store.rollup_dirty rename marked to noted")
    assert await found(database, blobs) == [
        "store.rollup_dirty: has no time 'marked' any more"
    ]


async def test_a_planted_file_and_one_of_nobody_are_found_a24(
    database: Database, blobs: ObjectStore, pen: Pen
):
    now = pen.now()
    old = pen.picture(now)
    pen.file(object_name(old), b"planted", now - days(8))
    pen.file(object_name("f" * 64), b"orphan", now)
    pen.file(f"{PLACE}.jpg", b"mislaid", now)
    pen.file(f"pictures/zz/{old}", b"twice", now)
    findings = await found(database, blobs)
    assert len(findings) == 4
    assert f"blobs: {object_name(old)} is older than its 7 days" in findings
    sizes = {int(one.split("for: ")[1].split()[0]) for one in findings if "for" in one}
    assert sizes == {6, 7, 5}
    assert PLACE not in "".join(findings)


async def test_a_picture_of_an_open_incident_may_stay_28_days_a24(
    database: Database, blobs: ObjectStore, pen: Pen
):
    now = pen.now()
    shown, clip = pen.picture(now - days(20)), pen.picture(now - days(20), "mp4")
    pen.event(now - days(20), "clip.kept", clip=clip, seconds=30, before=5)
    incident = pen.incident(now - days(20), picture=shown)
    assert await found(database, blobs) == []
    assert len(await found(database, blobs, now + days(9))) == 4
    pen.resolve(incident, now)
    assert len(await found(database, blobs)) == 4


async def test_what_was_forgotten_leaves_no_findings_the_next_hour(
    database: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    now = pen.now()
    for age in (*range(85, 95), 89.99, 200):
        pen.event(now - days(age))
        pen.untimed(now - days(age))
    for age in (6.9, 7.1, 20, 27.9, 28.1):
        digest = pen.picture(now - days(age))
        pen.incident(now - days(30), picture=digest)
        pen.picture(now - days(age))
    await forget(database, blobs, terms)
    assert await found(database, blobs, now + timedelta(hours=1)) == []
    assert pen.count("event") >= 4
    assert pen.count("picture") == 5


def test_the_command_gives_one_for_a_finding_and_nought_for_none_a24(
    database_url: Callable[[Role], str],
    pen: Pen,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv(f"{PREFIX}DATABASE_URL", database_url("wachtpost_collector"))
    monkeypatch.setenv(f"{PREFIX}BLOBS", str(pen.folder))
    pen.folder.mkdir()
    pen.event(pen.now())
    assert main(["verify-retention"]) == 0
    assert "nothing found" in capsys.readouterr().out
    later = pen.now() + days(92)
    assert main(["verify-retention", "--at", later.isoformat()]) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first == "store.event: 1 too old by 'at' (events_days)"
    assert last.endswith("1 found")


@pytest.mark.parametrize("at", ["2026-11-22T12:00:00", "yesterday"])
def test_a_time_without_a_zone_is_refused(at: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["verify-retention", "--at", at])
    assert at in capsys.readouterr().err


def test_it_shares_nothing_with_what_forgets():
    imported = {
        name
        for path in (HOME / "verify").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _names(node)
    }
    assert {name for name in imported if name.startswith("collector.keep")} == {
        "collector.keep.verify.known"
    }
    forgets = {path.read_text() for path in (HOME / "sql").glob("*.sql")}
    looks = {path.read_text() for path in (HOME / "verify" / "sql").glob("*.sql")}
    assert len(looks) == 3
    assert not forgets & looks


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [one.name for one in node.names] if isinstance(node, ast.Import) else []
