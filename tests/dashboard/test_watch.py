"""The auditor's page, what he must know, and the quarterly review of rights."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from nacl.signing import SigningKey

from collector.keep.auditor import Auditor
from collector.metrics import Health
from dashboard.right import QUARTER, groups, overdue
from tests.dashboard.house import Guest, House
from tests.dashboard.town import COLLEAGUE, KIT, OUTSIDER, OWNER

KEY = SigningKey(bytes(32))
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DUE = "update store.keep_done set done = done - interval '5 min' where what = 'audit'"


async def looked_through(house: House) -> None:
    """Let the collector look through the chain, as it does every five minutes."""
    await house.town.pen.execute(DUE)
    assert await Auditor(house.town.collector, KEY, Health()).look() is not None


async def test_the_auditor_sees_that_the_chain_holds_and_its_head(house: House):
    guest = await house.guest("auditor")
    assert "te lang niet nagekeken" in (await guest.get("/")).text
    await looked_through(house)
    page = (await guest.get("/")).text
    head = await house.town.row("select entry, hash from seen.audit_head limit 1")
    assert head == {}  # nobody who is not the auditor
    row = await house.town.row(
        "select entry, hash from store.audit_head where subject = ''"
    )
    assert f"{row['entry']}:{row['hash']}" in page
    assert "De keten klopt</span>" in page


async def test_a_broken_chain_is_told_until_it_is_whole_again_a31(house: House):
    guest, other = await house.guest("auditor"), await house.guest("administrator")
    row = await house.town.row("select actor from store.audit where entry = 2")
    was = [row["actor"]]
    await house.town.pen.execute("update store.audit set actor = 'x' where entry = 2")
    await looked_through(house)
    for page in [(await one.get("/")).text for one in (guest, other)]:
        assert "De auditketen klopt niet bij regel 2" in page
    assert "De keten klopt NIET" in (await guest.get("/")).text
    assert "/attention/1/seen" not in (await other.get("/")).text
    assert (await other.post("/attention/1/seen")).status_code == 404
    assert (await guest.post("/attention/1/seen")).status_code == 303
    page = (await guest.get("/")).text
    assert "De keten klopt NIET" in page
    assert "Gezien door auditor" in page
    await house.town.pen.execute(
        "update store.audit set actor = %s where entry = 2", was
    )
    await looked_through(house)
    assert "De keten klopt NIET" not in (await guest.get("/")).text


async def test_the_auditor_sees_how_often_and_never_what(house: House):
    owner, guest = await house.guest(OWNER), await house.guest("auditor")
    for _ in range(3):
        await owner.get(f"/site/{KIT}")
    await owner.get("/site/nowhere")
    page = (await guest.get("/")).text
    assert "Bekeken: pagina van een locatie of kit" in page
    assert OWNER in page
    assert KIT not in page
    assert "7F3K" not in page


async def test_who_was_stopped_is_told_and_sees_it_not_himself_away_a32(
    house: House,
):
    await house.town.pen.execute(
        "insert into store.attention (sort, person) values ('too_many_looks', %s),"
        " ('too_many_looks', 'auditor')",
        [OWNER],
    )
    guest = await house.guest("auditor")
    page = (await guest.get("/")).text
    assert f"{OWNER} opende in een uur meer dan 50 kits" in page
    assert (await guest.post("/attention/2/seen")).status_code == 404
    assert (await guest.post("/attention/1/seen")).status_code == 303
    for number in ("0", "99", "9" * 30, "x"):
        assert (await guest.post(f"/attention/{number}/seen")).status_code == 404


async def names(guest: Guest) -> list[dict[str, Any]]:
    answer = await guest.get("/rights.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_the_quarterly_review_of_rights_exists_a33(house: House):
    """Who has which role, since when, was here last, and who looked at that when."""
    await house.town.pen.execute(
        "update store.person set role_since = now() - interval '93 days'"
    )
    guest, auditor = await house.guest(OWNER), await house.guest("auditor")
    before = await names(guest)
    assert {row["unit"] for row in before} == {"duinland"}
    assert {row["overdue"] for row in before} == {"yes"}
    (own,) = (row for row in before if row["person"] == OWNER)
    assert (own["role"], own["reviewed"]) == ("coordinator", "")
    assert "te beoordelen" in (await guest.get("/rights")).text
    assert "een kwartaal niet beoordeeld" in (await guest.get("/")).text
    assert (await guest.review("duinland")).status_code == 303
    after = {row["person"]: row for row in await names(guest)}
    assert after[COLLEAGUE]["reviewed_by"] == OWNER
    assert after[COLLEAGUE]["overdue"] == "no"
    assert after[OWNER]["reviewed"] == ""  # nobody reviews himself
    assert "een kwartaal niet beoordeeld" not in (await guest.get("/")).text
    assert (await auditor.review("duinland")).status_code == 303
    everybody = {row["person"]: row for row in await names(auditor)}
    assert everybody[OWNER]["reviewed_by"] == "auditor"
    assert {"cso", "veenrand-coordinator"} <= set(everybody)
    assert everybody["cso"]["overdue"] == "yes"


async def test_a_coordinator_reviews_nobody_elsewhere(house: House):
    guest = await house.guest(OWNER)
    for unit in ("veenrand", "-", "nowhere"):
        answer = await guest.review(unit)
        assert answer.status_code == 404
    assert await house.town.row("select 1 from store.right_review") == {}
    page = (await guest.get("/rights")).text
    assert "veenrand" not in page


async def test_the_administrator_sees_rights_and_does_not_judge_them(house: House):
    guest = await house.guest("administrator")
    page = (await guest.get("/rights")).text
    assert OUTSIDER in page
    assert "/rights/reviewed" not in page
    answer = await guest.review("duinland")
    assert answer.status_code == 404


async def test_a_review_and_its_file_need_a_fresh_proof(house: House):
    await house.passkey_of("auditor")
    guest = await house.guest("auditor")
    await house.town.pen.execute(
        "update store.session set proven = now() - interval '6 minutes'"
    )
    answer = await guest.review("duinland")
    assert answer.status_code == 403
    assert await house.town.row("select 1 from store.right_review") == {}
    assert (await guest.get("/rights.csv")).status_code == 403
    assert (await guest.get("/rights")).status_code == 200


async def test_only_the_list_that_was_shown_is_reviewed(house: House):
    guest = await house.guest("auditor")
    page = (await guest.get("/rights")).text
    form = 'name="unit" value="duinland"><input type="hidden" name="seen" value="'
    seen = page.partition(form)[2].partition('"')[0]
    assert len(seen) == 64
    await house.town.pen.execute(
        "update store.person set role = 'deputy', role_since = now() where person = %s",
        [COLLEAGUE],
    )
    for old in (seen, "", "x" * 300):
        answer = await guest.post("/rights/reviewed", unit="duinland", seen=old)
        assert answer.status_code == 409
        assert "Deze lijst is intussen veranderd" in answer.text
    assert await house.town.row("select 1 from store.right_review") == {}
    assert (await guest.review("duinland")).status_code == 303


async def test_a_right_that_was_given_again_is_to_be_reviewed_anew(house: House):
    guest = await house.guest("auditor")
    await guest.review("duinland")
    await house.town.pen.execute(
        "update store.person set role_since = now() where person = %s", [COLLEAGUE]
    )
    rows = {row["person"]: row for row in await names(guest)}
    assert rows[COLLEAGUE]["reviewed"] == ""
    assert rows[OWNER]["reviewed_by"] == "auditor"


async def test_another_role_is_to_be_reviewed_anew(house: House):
    guest = await house.guest("auditor")
    await guest.review("duinland")
    await house.town.pen.execute(
        "update store.person set role = 'deputy', role_since = now() where person = %s",
        [COLLEAGUE],
    )
    rows = {row["person"]: row for row in await names(guest)}
    assert rows[COLLEAGUE]["reviewed"] == ""


async def test_a_file_is_a_disclosure_each_time(house: House):
    guest = await house.guest("auditor")
    for _ in range(2):
        await names(guest)
    row = await house.town.row(
        "select count(*) as n from store.audit"
        " where verb = 'disclose' and object = 'export:rights' and actor = 'auditor'"
    )
    assert row["n"] == 2


async def test_more_than_fifty_files_an_hour_are_stopped_a32(house: House):
    guest = await house.guest("auditor")
    answers = [(await guest.get("/rights.csv")).status_code for _ in range(52)]
    assert answers == [200] * 50 + [429] * 2


@pytest.mark.parametrize(
    ("since", "reviewed", "late"),
    [
        (QUARTER, None, False),
        (QUARTER + timedelta(seconds=1), None, True),
        (timedelta(days=900), timedelta(days=91), False),
        (timedelta(days=900), timedelta(days=93), True),
    ],
)
def test_a_quarter_counts_from_the_last_review(
    since: timedelta,
    reviewed: timedelta | None,
    late: bool,  # noqa: FBT001  # a parameter of the test
):
    row = {
        "since": NOON - since,
        "reviewed": None if reviewed is None else NOON - reviewed,
    }
    assert overdue(row, NOON) is late


def test_people_stand_by_unit_with_those_who_are_late_counted():
    late = {"since": NOON - QUARTER * 2, "reviewed": None}
    rows: list[dict[str, object]] = [
        {"unit": None, **late},
        {"unit": "a", "since": NOON, "reviewed": None},
        {"unit": "a", **late},
    ]
    found = groups(rows, NOON)
    assert [(one.name, len(one.people), one.overdue) for one in found] == [
        ("-", 1, 1),
        ("a", 2, 1),
    ]
