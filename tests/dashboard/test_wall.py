"""The wall: what is worst in large letters, no kit named, nothing to press."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard.place import Blind, Standing
from dashboard.wall import LINES_MOST, wall_of
from tests.dashboard.house import House
from tests.dashboard.town import COLLEAGUE, HAVEN, KIT, OUTSIDER, OWNER

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
M = timedelta(minutes=1)
CALM = Standing(("calm",), ())
BLIND = Standing(("blind",), (Blind("silent", "d", 1, NOON - 7 * M),))
STATION = "bureau-station"


def incident(number: int, kind: str = "home", **told: Any) -> dict[str, Any]:
    return {
        "incident": number,
        "site": f"{kind}-{number}",
        "site_kind": kind,
        "priority": "urgent",
        "title": {"nl": "noodknop", "en": "panic button"},
        "state": "open",
        "verified": "by_hand",
        "owner_role": None,
        "opened": NOON - number * M,
        "exercise": False,
        **told,
    }


def place(name: str, kind: str = "home") -> dict[str, Any]:
    return {"site": name, "kind": kind, "name": None}


def test_kits_of_which_the_same_is_told_are_one_number_since_the_first():
    wall = wall_of([incident(1), incident(2), incident(3)], [])
    (line,) = wall.lines
    assert (line.kits, line.since) == (3, NOON - 3 * M)


def test_kits_of_which_something_else_is_told_are_a_line_of_their_own():
    others = (
        {"priority": "attention"},
        {"title": {"nl": "stil", "en": "silent"}},
        {"state": "acknowledged", "owner_role": "desk"},
        {"exercise": True},
    )
    for other in others:
        wall = wall_of([incident(1), incident(2, **other)], [])
        assert [line.kits for line in wall.lines] == [1, 1], other


def test_stations_are_named_one_by_one():
    wall = wall_of([incident(1, "station"), incident(2, "station")], [])
    assert [line.kits for line in wall.lines] == [0, 0]


def test_a_blind_place_without_an_incident_has_a_line_and_one_with_has_not():
    rows = [incident(1, "station"), incident(4, "home", priority="notice")]
    places = [
        (place("station-1", "station"), BLIND),
        (place("station-2", "station"), BLIND),
        (place("home-4"), BLIND),
        (place("home-5"), BLIND),
        (place("home-6"), BLIND),
    ]
    wall = wall_of(rows, places)
    assert [(line.state, line.kits) for line in wall.lines] == [
        ("urgent", 0),
        ("blind", 0),
        ("blind", 2),
        ("notice", 1),
    ]
    assert wall.lines[1].since == NOON - 7 * M
    assert wall.lines[2].since is None


def test_what_is_fine_is_counted_and_nothing_else_is():
    places = [
        (place("a"), CALM),
        (place("b", "station"), CALM),
        (place("c"), CALM),
        (place("d", "station"), BLIND),
    ]
    wall = wall_of([], places)
    assert (wall.stations, wall.kits) == (1, 2)


def test_what_does_not_fit_is_counted_and_is_never_the_worst():
    rows = [
        incident(number, "station", priority=priority)
        for number, priority in enumerate(["notice"] * 3 + ["urgent"] * LINES_MOST)
    ]
    wall = wall_of(rows, [])
    assert {line.state for line in wall.shown} == {"urgent"}
    assert (len(wall.shown), wall.left_out) == (LINES_MOST, 3)


async def test_the_wall_names_no_kit_in_any_state(house: House):
    town = house.town
    await town.panic(site=KIT)
    quiet = town.now - timedelta(minutes=20)
    await town.heard(town.device("r7lm-wt"), quiet, silent=quiet)
    page = (await (await house.guest(OWNER)).get("/wall")).text
    assert "1 kit: noodknop ingedrukt" in page.replace("\n", " ")
    assert "NIET bewaakt" in page
    for word in (KIT, "7F3K", "r7lm", "R7LM", "AOL-", "/incident/", "/site/"):
        assert word not in page, word


async def test_the_wall_has_nothing_to_act_with(house: House):
    await house.town.panic()
    await house.town.intrusion()
    main = (await (await house.guest(OWNER)).get("/wall")).text
    main = main.partition("<main")[2].partition("</main>")[0]
    assert not re.search(r"<(form|button|a|input)\b", main)


async def test_the_wall_says_who_has_it(house: House):
    incident = await house.town.intrusion()
    guest = await house.guest(COLLEAGUE)
    assert "nog niet opgepakt" in (await guest.get("/wall")).text
    await guest.post(f"/incident/{incident}/take")
    assert "opgepakt: 24-uursdesk" in (await guest.get("/wall")).text


async def test_a_calm_wall_says_how_much_is_fine_and_a_deaf_one_does_not(house: House):
    guest = await house.guest(OUTSIDER)
    page = (await guest.get("/wall")).text
    assert "Geen open incidenten" in page
    assert "In orde: 2 locaties · 2 kits" in page
    await house.town.pen.execute(
        "update store.device_state set heard = heard - %s", [timedelta(minutes=5)]
    )
    page = (await guest.get("/wall")).text
    assert "In orde" not in page
    assert "Geen open incidenten" not in page


async def test_the_wall_is_one_units_own(house: House):
    await house.town.intrusion(HAVEN)
    page = (await (await house.guest(OUTSIDER)).get("/wall")).text
    assert "Haven" not in page
    assert "Geen open incidenten" in page
