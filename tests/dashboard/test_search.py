"""The search of incidents: what is asked is found, all of it, once, and quickly."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest

from collector.query import Query
from dashboard.errors import UnreadableError
from dashboard.page import QUERIES
from dashboard.search import MOST, Cursor, asked, kinds
from tests.dashboard.house import Guest, House
from tests.dashboard.town import COLLEAGUE, HAVEN, KIT, OUTSIDER, OWNER, Town

OLDER = re.compile(r'<a href="(/incidents\?[^"]*)" rel="next"')
FOUND = re.compile(r'id="found-(\d+)"')
MANY = """
    insert into store.incident (unit, site, rule, cause, priority, title, occurred,
                                opened, state, owner, acknowledged, resolved, outcome,
                                sentence, playbook, playbook_version)
    select i.unit, i.site, i.rule, i.cause, i.priority, i.title, at, at, 'resolved',
           %(owner)s, at, at, 'false', '-', i.playbook, i.playbook_version
      from store.incident i, generate_series(1, %(number)s) n,
           lateral (select now() - n / 3 * interval '7 minutes' as at) moment
     where i.incident = %(like)s"""
RESOLVED = """
    update store.incident
       set state = 'resolved', owner = %s, acknowledged = opened, resolved = opened,
           outcome = 'nuisance', sentence = 'Een kat op de parkeerplaats'
     where incident = %s"""


def found(page: str) -> list[int]:
    return [int(each) for each in FOUND.findall(page)]


async def search(guest: Guest, **given: str) -> list[int]:
    answer = await guest.get("/incidents", params=given)
    assert answer.status_code == 200
    return found(answer.text)


async def many(town: Town, like: int, number: int) -> None:
    """Have so many more like that one, three of them in each same moment."""
    told = {"owner": OWNER, "number": number, "like": like}
    await town.pen.execute(MANY, told)
    await town.pen.execute("analyze store.incident")


async def test_each_field_finds_what_is_so_and_nothing_else(house: House):
    town = house.town
    kit = await town.panic()
    alarm = await town.intrusion()
    await town.pen.execute(RESOLVED, [COLLEAGUE, alarm])
    guest = await house.guest(OWNER)
    for given, wanted in (
        ({}, {kit, alarm}),
        ({"number": str(kit)}, {kit}),
        ({"place": HAVEN}, {alarm}),
        ({"place": KIT}, {kit}),
        ({"kind": "intrusion-station"}, {alarm}),
        ({"state": "open"}, {kit}),
        ({"state": "nuisance"}, {alarm}),
        ({"state": "real"}, set()),
        ({"who": COLLEAGUE}, {alarm}),
        ({"since": "2020-01-01", "until": "2099-12-31"}, {kit, alarm}),
        ({"until": "2020-01-01"}, set()),
        ({"since": "2099-01-01"}, set()),
        ({"place": HAVEN, "state": "open"}, set()),
        ({"number": " ", "since": ""}, {kit, alarm}),
    ):
        assert set(await search(guest, **given)) == wanted, given


async def test_what_was_asked_stands_in_the_form(house: House):
    await house.town.panic()
    guest = await house.guest(OWNER)
    told = {"place": KIT, "state": "open", "since": "2026-01-02", "who": COLLEAGUE}
    page = (await guest.get("/incidents", params=told)).text
    for option in (KIT, "open", COLLEAGUE):
        assert f'<option value="{option}" selected>' in page
    assert 'name="since" value="2026-01-02"' in page
    assert page.count("selected>") == 3


@pytest.mark.parametrize(
    "given",
    [
        {"number": "012"},
        {"number": "1' or 'a'='a"},
        {"number": "99999999999999999999"},
        {"since": "yesterday"},
        {"until": "2026-02-30"},
        {"place": "nowhere"},
        {"kind": "no-such-rule"},
        {"state": "whatever"},
    ],
)
async def test_what_there_is_not_finds_nothing(house: House, given: dict[str, str]):
    await house.town.panic()
    answer = await (await house.guest(OWNER)).get("/incidents", params=given)
    assert answer.status_code == 200
    assert found(answer.text) == []
    assert "Geen incident dat zo is." in answer.text


async def test_words_of_an_address_are_words_and_no_mark_up(house: House):
    guest = await house.guest(OWNER)
    page = (await guest.get("/incidents", params={"number": '"><b>x</b>'})).text
    assert "<b>x</b>" not in page


async def test_the_last_day_is_a_whole_day_of_the_wall_clock(house: House):
    given = asked({"since": "2026-10-25", "until": "2026-10-25"}, house.town.inventory)
    assert given["since"] == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert given["until"] == datetime(2026, 10, 25, 23, tzinfo=UTC)  # of 25 hours


def test_what_is_no_number_and_no_day_is_said_to_be_none(town: Town):
    for given in ({"number": "-1"}, {"since": "2026-13-01"}):
        with pytest.raises(UnreadableError):
            asked(given, town.inventory)


def test_rules_with_one_title_are_one_kind(town: Town):
    inventory = town.inventory
    found = kinds(inventory)
    assert found["panic-station"] == ["panic-station", "panic-home"]
    assert sorted(each for rules in found.values() for each in rules) == sorted(
        inventory.rules
    )


def test_a_cursor_is_read_as_it_is_written_and_nonsense_begins_at_the_beginning():
    cursor = Cursor(datetime(2026, 11, 23, 9, 1, 2, 345678, tzinfo=UTC), 12)
    assert Cursor.of(str(cursor)) == cursor
    for text in ("", "x", "1-0", "-1-1", "1-1-1", f"{10**17}-1"):
        assert Cursor.of(text) == Cursor()


async def walk(guest: Guest) -> Iterator[list[int]]:
    """Give every page of the search, by its own links."""
    pages, path = [], "/incidents"
    while True:
        page = (await guest.get(path)).text
        pages.append(found(page))
        older = OLDER.search(page)
        if older is None:
            return iter(pages)
        path = unescape(older[1])


async def test_the_pages_hold_each_incident_once_also_those_of_one_moment(house: House):
    alarm = await house.town.intrusion()
    await many(house.town, alarm, 3 * MOST + 1)
    pages = list(await walk(await house.guest(OWNER)))
    assert [len(page) for page in pages] == [MOST, MOST, MOST, 2]
    listed = [incident for page in pages for incident in page]
    rows = await house.town.pen.execute(
        "select incident from store.incident order by opened desc, incident desc"
    )
    assert listed == [row[0] for row in await rows.fetchall()]


async def test_no_other_units_incident_is_ever_found(house: House):
    incident = await house.town.intrusion()
    guest = await house.guest(OUTSIDER)
    assert await search(guest) == []
    assert await search(guest, number=str(incident)) == []
    assert await search(guest, place=HAVEN) == []


async def test_whose_kit_was_on_the_list_is_told_that_it_was(house: House):
    await house.town.panic()
    await search(await house.guest(OWNER))
    row = await house.town.row(
        "select count(*) as n from store.audit where subject = %s and actor = %s",
        f"site:{KIT}",
        OWNER,
    )
    assert row["n"] == 1


async def plan(house: House, **given: object) -> dict[str, Any]:
    """Ask the store how it looks, as the desk's own question."""
    query = QUERIES["incidents_found"]
    told = f"explain (analyze, format json) {query.text.decode()}".encode()
    nothing = dict.fromkeys(("number", "site", "rules", "state", "since", "owner"))
    values = {**nothing, "until": None, "unit": "duinland", "most": MOST + 1, **given}
    async with house.parts.database.transaction(OWNER) as transaction:
        asked_so: Query[dict[str, Any]] = Query("plan", told, dict)
        row = await transaction.one(asked_so, **vars(Cursor()), **values)
    (found,) = row["QUERY PLAN"]
    plan: dict[str, Any] = found["Plan"]
    return plan


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", []):
        yield from nodes(each)


async def test_of_ten_thousand_incidents_the_first_page_looks_at_one_page(house: House):
    alarm = await house.town.intrusion()
    await many(house.town, alarm, 10_000)
    assert len(await search(await house.guest(OWNER))) == MOST
    looked = [
        each["Actual Rows"] * each["Actual Loops"]
        for each in nodes(await plan(house))
        if each.get("Relation Name") == "incident"
    ]
    assert 0 < sum(looked) < 2 * MOST


async def test_nobody_without_a_unit_searches(house: House):
    for person in ("administrator", "auditor", "cso", "household", "control-room"):
        answer = await (await house.guest(person)).get("/incidents")
        assert answer.status_code == 404
