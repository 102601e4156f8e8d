"""The wall: what is worst in large letters, no kit named, nothing to press."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard.parts import SESSION_COOKIE
from dashboard.place import Blind, Standing
from dashboard.wall import LINES_MOST, wall_of
from tests.dashboard.house import Guest, House
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


async def hung(house: House, person: str = COLLEAGUE) -> Guest:
    """Give a browser that this person has made a wall screen."""
    guest = await house.guest(person)
    answer = await guest.post("/wall")
    assert (answer.status_code, answer.headers["location"]) == (303, "/wall")
    return guest


async def test_a_wall_screen_shows_the_wall_and_nothing_else(house: House):
    incident = await house.town.intrusion()
    screen = await hung(house)
    page = await screen.get("/wall")
    assert "Bureau Haven" in page.text
    assert "<form" not in page.text
    others = ("/", "/incidents", f"/incident/{incident}", f"/site/{HAVEN}", "/looked",
              "/passkeys", "/sound", "/rights", f"/live/incident/{incident}",
              f"/incident/{incident}/card")  # fmt: skip
    for path in others:
        answer = await screen.get(path)
        assert answer.status_code == 403, path
        assert "wandscherm" in answer.text
    async with screen.client.stream("GET", "/live/wall") as stream:
        assert stream.status_code == 200


async def test_a_wall_screen_decides_nothing(house: House):
    incident = await house.town.intrusion()
    screen = await hung(house)
    for path in (f"/incident/{incident}/take", "/lapsed", "/task/aside", "/wall"):
        assert (await screen.post(path)).status_code == 403, path
    row = await house.town.row("select state from store.incident")
    assert row == {"state": "open"}


async def test_who_hung_it_is_signed_out_there_and_nowhere_else(house: House):
    elsewhere = await house.guest(COLLEAGUE)
    guest = await house.guest(COLLEAGUE)
    before = guest.client.cookies[SESSION_COOKIE]
    await guest.post("/wall")
    thief = await house.stranger()
    thief.client.cookies.set(SESSION_COOKIE, before)
    assert (await thief.get("/")).status_code == 401
    assert (await elsewhere.get("/")).status_code == 200


async def test_signing_in_at_a_wall_screen_takes_it_off_the_wall(house: House):
    screen = await hung(house)
    wall = screen.client.cookies[SESSION_COOKIE]
    await screen.sign_in(await house.link(OWNER))
    assert (await screen.get("/")).status_code == 200
    thief = await house.stranger()
    thief.client.cookies.set(SESSION_COOKIE, wall)
    assert (await thief.get("/wall")).status_code == 401


async def test_only_who_answers_for_a_unit_hangs_a_wall(house: House):
    for person in ("control-room", "administrator", "auditor", "cso", "household"):
        guest = await house.guest(person)
        assert (await guest.post("/wall")).status_code == 404, person
    guest = await house.guest(OWNER)
    await house.town.pen.execute(
        "update store.session set how = 'provider' where person = %s", [OWNER]
    )
    await house.town.pen.execute(
        "update store.person set provider = true where person = %s", [OWNER]
    )
    assert (await guest.post("/wall")).status_code == 404


async def test_that_a_screen_was_hung_is_in_the_audit(house: House):
    await hung(house)
    row = await house.town.row(
        "select verb, actor, result from store.audit where object = 'session:wall'"
    )
    assert row == {"verb": "sign_in", "actor": COLLEAGUE, "result": "done"}


async def test_a_wall_screen_ends_with_the_passkey_that_it_was_hung_with(house: House):
    device = await house.passkey_of(COLLEAGUE)
    guest = await house.stranger()
    assert (await guest.come_in(device)).status_code == 303
    await guest.learn_token()
    assert (await guest.post("/wall")).status_code == 303
    assert (await guest.get("/wall")).status_code == 200
    await house.town.pen.execute("delete from store.passkey")
    assert (await guest.get("/wall")).status_code == 401


RAN_OUT = """
    update store.session set watched = now() - interval '1 minute',
           idle = now() - interval '30 seconds'
     where person = %s and ended is null and how = %s"""


async def test_a_wall_stands_for_nobody_at_a_desk(house: House):
    """Neither does its end alarm, nor does it hide that the desk is left alone."""
    owner = await house.guest(OWNER)
    await hung(house)
    await house.town.pen.execute(RAN_OUT, [COLLEAGUE, "wall"])
    assert 'id="lapsed-desk"' not in (await owner.get("/")).text
    await house.guest(COLLEAGUE)
    await hung(house)
    await house.town.pen.execute(RAN_OUT, [COLLEAGUE, "link"])
    assert 'id="lapsed-desk"' in (await owner.get("/")).text
    assert "aanmelding" in (await owner.get("/wall")).text.lower()
