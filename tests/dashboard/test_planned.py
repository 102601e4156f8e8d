"""What people plan at a place: exercises, and hours in which kinds open nothing."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from collector.incident.exercise import begin_next
from dashboard.quiet import GROUPS
from sites.rule import SUPPRESSIBLE
from tests.dashboard.house import Guest, House
from tests.dashboard.town import HAVEN

COORDINATOR, DESK = "duinland-coordinator", "duinland-desk"
KIT = "7f3k-qg"
EXERCISES, SUPPRESSIONS = f"/site/{HAVEN}/exercises", f"/site/{HAVEN}/suppressions"
STRIP = '<p class="strip suppressed">'
ZONE = ZoneInfo("Europe/Amsterdam")
WINDOW = {"group-camera": "1", "why": "works", "hours": "2"}


async def begin(house: House) -> int:
    assert await begin_next(house.town.collector, house.town.inventory)
    row = await house.town.row("select max(incident) as i from store.exercise")
    number: int = row["i"]
    return number


async def test_an_exercise_is_written_large_wherever_it_shows_a4(house: House):
    guest = await house.guest(COORDINATOR)
    answer = await guest.post(EXERCISES, rule="panic-station")
    assert (answer.status_code, answer.headers["location"]) == (303, EXERCISES)
    assert "wordt begonnen" in (await guest.get(EXERCISES)).text
    incident = await begin(house)

    for path in ("/", f"/site/{HAVEN}", f"/incident/{incident}", "/incidents"):
        page = (await guest.get(path)).text
        assert '<span class="tag exercise">OEFENING</span>' in page, path
    page = (await guest.get(f"/incident/{incident}")).text
    assert "OEFENING: niets hiervan is echt gebeurd" in page
    assert re.search("<title>[^<]*OEFENING", page)
    assert 'value="exercise"' in page or "disabled>" in page
    assert 'value="real"' not in page
    assert f'href="/incident/{incident}"' in (await guest.get(EXERCISES)).text


async def test_what_is_real_stands_above_an_exercise_of_the_same_priority(
    house: House,
):
    guest = await house.guest(COORDINATOR)
    await guest.post(EXERCISES, rule="panic-station")
    exercise = await begin(house)
    real = await house.town.panic()
    page = (await guest.get("/")).text
    assert page.count('class="tag urgent">Spoed') == 3  # two cards, and the kit's state
    assert page.index(f'id="incident-{real}"') < page.index(f'id="incident-{exercise}"')


async def test_the_desk_sees_exercises_and_begins_none(house: House):
    guest = await house.guest(DESK)
    assert "beginnen oefeningen" in (await guest.get(EXERCISES)).text
    assert (await guest.post(EXERCISES, rule="panic-station")).status_code == 404
    assert await house.town.row("select 1 from store.exercise") == {}


@pytest.mark.parametrize("rule", ["panic-home", "unheard-of", ""])
async def test_what_does_not_hold_at_a_place_is_not_exercised_there(
    house: House, rule: str
):
    guest = await house.guest(COORDINATOR)
    assert (await guest.post(EXERCISES, rule=rule)).status_code == 422


async def put(guest: Guest, path: str = SUPPRESSIONS, **fields: str) -> int:
    return (await guest.post(path, **{**WINDOW, **fields})).status_code


async def test_a_window_is_seen_on_its_page_and_on_the_places_until_it_ends(
    house: House,
):
    guest = await house.guest(COORDINATOR)
    assert await put(guest, zone="1") == 303
    assert "Camera" in (await guest.get(SUPPRESSIONS)).text
    assert STRIP in (await guest.get(f"/site/{HAVEN}")).text
    row = await house.town.row(
        "select kinds, zone, why, person, until - since as lasts, suppression"
        " from store.suppression"
    )
    assert set(row["kinds"]) == set(GROUPS["camera"])
    assert (row["zone"], row["why"], row["person"]) == (1, "works", COORDINATOR)
    assert row["lasts"] == timedelta(hours=2)
    end = f"{SUPPRESSIONS}/{row['suppression']}/end"
    assert (await guest.post(end)).status_code == 303
    assert STRIP not in (await guest.get(f"/site/{HAVEN}")).text
    assert "eerder beëindigd door" in (await guest.get(SUPPRESSIONS)).text
    assert (await guest.post(end)).status_code == 409


async def test_a_window_begins_later_by_the_clock_of_the_place(house: House):
    guest = await house.guest(COORDINATOR)
    local = datetime.now(ZONE).replace(second=0, microsecond=0) + timedelta(days=2)
    assert await put(guest, since=local.strftime("%Y-%m-%dT%H:%M")) == 303
    row = await house.town.row("select since from store.suppression")
    assert row["since"] == local.astimezone(UTC)
    assert STRIP not in (await guest.get(f"/site/{HAVEN}")).text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"group-camera": ""}, 422),
        ({"why": "holiday"}, 422),
        ({"hours": "48"}, 422),
        ({"hours": "-1"}, 422),
        ({"since": "2020-01-01T00:00"}, 422),
        ({"since": "2099-01-01T00:00"}, 422),
        ({"since": "tomorrow"}, 422),
        ({"since": "2026-11-23T10:00+01:00"}, 422),
        ({"zone": "99"}, 404),
        ({"zone": "x"}, 404),
    ],
)
async def test_a_window_that_is_none_is_refused(
    house: House, fields: dict[str, str], status: int
):
    guest = await house.guest(COORDINATOR)
    assert await put(guest, **fields) == status
    assert await house.town.row("select 1 from store.suppression") == {}


async def test_at_a_kit_only_what_a_kit_tells_is_suppressed(house: House):
    guest = await house.guest(COORDINATOR)
    path = f"/site/{KIT}/suppressions"
    page = (await guest.get(path)).text
    assert 'name="group-line"' in page
    assert 'name="group-motion"' not in page
    assert await put(guest, path) == 422
    assert await put(guest, path, **{"group-line": "1"}) == 303
    row = await house.town.row("select kinds from store.suppression")
    assert set(row["kinds"]) == set(GROUPS["line"])


def test_all_that_may_be_suppressed_can_be_ticked_and_nothing_else():
    ticked = [kind for kinds in GROUPS.values() for kind in kinds]
    assert sorted(ticked) == sorted(SUPPRESSIBLE)


async def test_places_that_were_not_exercised_for_a_year_are_to_do(house: House):
    guest = await house.guest(COORDINATOR)
    page = (await guest.get("/")).text
    assert "Te lang niet geoefend op" in page
    assert f'href="{EXERCISES}"' in page
    await guest.post(EXERCISES, rule="panic-station")
    incident = await begin(house)
    for ago, due in ((timedelta(days=1), False), (timedelta(days=366), True)):
        await house.town.pen.execute(
            "update store.incident set state = 'resolved', resolved = %s,"
            " sentence = 'x', outcome = 'exercise', owner = %s where incident = %s",
            [house.town.now - ago, COORDINATOR, incident],
        )
        page = (await guest.get("/")).text
        assert (f'href="{EXERCISES}"' in page) is due, ago


async def test_what_was_held_back_is_to_do_when_the_window_is_over(house: House):
    guest = await house.guest(COORDINATOR)
    await put(guest)
    pen = house.town.pen
    await pen.execute(
        "insert into store.suppressed select suppression, unit, 'd', 'r', 'up', 1,"
        " now(), now(), null, site, 'camera.lost', 1, 1, '{}' from store.suppression"
    )
    assert "tegengehouden" not in (await guest.get("/")).text
    await pen.execute("update store.suppression set reported = now()")
    page = (await guest.get("/")).text
    assert "1 gebeurtenis tegengehouden terwijl dit onderdrukt was: Camera" in page
