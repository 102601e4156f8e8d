"""Who is on duty, seen by the unit, and changed by its coordinator and deputy."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.errors import FieldError
from dashboard.language import Words
from dashboard.roster import span, week
from sites.roster import LONGEST_CHANGE, Change, duty_at
from tests.dashboard.house import Guest, House

COORDINATOR, DEPUTY, DESK = (
    f"duinland-{one}" for one in ("coordinator", "deputy", "desk")
)
ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10:00 on the wall


def wall(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y-%m-%dT%H:%M}"


def form(**changes: str) -> dict[str, str]:
    until = wall(datetime.now(UTC) + timedelta(days=2))
    return {"part": "first", "person": DEPUTY, "until": until} | changes


async def changes(house: House) -> list[dict[str, object]]:
    row = await house.town.row(
        "select coalesce(jsonb_agg(c order by change), '[]') as all"
        " from store.roster_change c"
    )
    found: list[dict[str, object]] = row["all"]
    return found


async def on_duty(guest: Guest) -> str:
    page = (await guest.get("/roster")).text
    found = re.search(r"</strong> \(([a-z-]+)\)", page)
    assert found
    return found[1]


async def test_everybody_of_the_unit_sees_who_is_on_duty_and_who_comes(house: House):
    plan = house.town.inventory.units["duinland"].roster
    assert plan is not None
    duty = duty_at(plan, datetime.now(UTC))
    assert duty is not None
    for who in (COORDINATOR, DEPUTY, DESK):
        guest = await house.guest(who)
        page = (await guest.get("/roster")).text
        assert await on_duty(guest) == duty.first
        assert f"({duty.stand_in})" in page
        assert page.count("<tr><th scope") >= 10, "the week to come"
        assert 'href="/roster" aria-current="page"' in page


async def test_a_change_holds_at_once_and_is_noted_for_whom_it_is_about(house: House):
    guest = await house.guest(COORDINATOR)
    answer = await guest.post("/roster", **form())
    assert (answer.status_code, answer.headers["location"]) == (303, "/roster")
    assert await on_duty(guest) == DEPUTY
    (made,) = await changes(house)
    assert (made["made_by"], made["person"]) == (COORDINATOR, DEPUTY)
    noted = await house.town.row(
        "select actor, object, subject from store.audit where object like 'roster:%%'"
    )
    assert noted == {
        "actor": COORDINATOR,
        "object": "roster:new",
        "subject": f"person:{DEPUTY}",
    }
    page = (await guest.get("/roster")).text
    assert "Dienst: plaatsvervanger" in page
    assert "gewijzigd door coördinator" in page


async def test_a_change_is_taken_back_once(house: House):
    guest = await house.guest(COORDINATOR)
    await guest.post("/roster", **form())
    (made,) = await changes(house)
    path = f"/roster/{made['change']}/withdraw"
    assert (await (await house.guest(DEPUTY)).post(path)).status_code == 303
    again = await guest.post(path)
    assert again.status_code == 409
    assert "al voorbij of ingetrokken" in again.text
    plan = house.town.inventory.units["duinland"].roster
    assert plan is not None
    duty = duty_at(plan, datetime.now(UTC))
    assert duty is not None
    assert await on_duty(guest) == duty.first
    assert f"Ingetrokken door {DEPUTY}" in (await guest.get("/roster")).text


async def test_the_desk_sees_the_roster_and_changes_nothing(house: House):
    await (await house.guest(COORDINATOR)).post("/roster", **form())
    desk = await house.guest(DESK)
    assert 'id="change"' not in (await desk.get("/roster")).text
    (made,) = await changes(house)
    assert (await desk.post("/roster", **form())).status_code == 404
    path = f"/roster/{made['change']}/withdraw"
    assert (await desk.post(path)).status_code == 404
    assert len(await changes(house)) == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"person": "veenrand-deputy"}, "kan geen dienst hebben"),
        ({"person": "duinland-case-manager"}, "kan geen dienst hebben"),
        ({"person": "nobody"}, "kan geen dienst hebben"),
        ({"part": "second"}, "ontbreekt of klopt niet"),
        ({"until": "tomorrow"}, "Kies een tijd"),
        ({"until": "2026-01-01T10:00"}, "Kies een tijd"),
        ({"since": "2020-01-01T10:00"}, "Kies een tijd"),
        ({"until": wall(datetime.now(UTC) + timedelta(days=32))}, "Kies een tijd"),
    ],
)
async def test_a_change_that_cannot_be_is_refused_in_words(house: House, wrong, told):
    guest = await house.guest(COORDINATOR)
    answer = await guest.post("/roster", **form(**wrong))
    assert answer.status_code == 422
    assert told in answer.text
    assert await changes(house) == []


async def test_another_units_change_is_not_there(house: House):
    await (await house.guest(COORDINATOR)).post("/roster", **form())
    (made,) = await changes(house)
    other = await house.guest("veenrand-coordinator")
    assert "duinland-deputy" not in (await other.get("/roster")).text
    path = f"/roster/{made['change']}/withdraw"
    assert (await other.post(path)).status_code == 409
    assert (await changes(house))[0]["withdrawn"] is None


async def test_somebody_who_cannot_be_told_may_not_be_chosen(house: House):
    await house.town.row(
        "update store.person set tell = null where person = %s returning 1 as x", DEPUTY
    )
    guest = await house.guest(COORDINATOR)
    assert f'<option value="{DEPUTY}"' not in (await guest.get("/roster")).text
    assert (await guest.post("/roster", **form())).status_code == 422


def test_a_time_is_read_on_the_units_clock_and_begins_now_where_it_is_left_out():
    assert span("", "2026-11-24T10:00", "Europe/Amsterdam", NOW) == (
        NOW,
        datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
    )
    begun = span("2026-11-23T10:00", "2026-11-23T11:00", "Europe/Amsterdam", NOW)
    assert begun == (NOW, NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-11-23T09:58", "2026-11-24T10:00"),
        ("2026-11-24T10:00", "2026-11-24T10:00"),
        ("2028-01-01T10:00", "2028-01-02T10:00"),
        ("", wall(NOW + LONGEST_CHANGE + timedelta(minutes=1))),
        ("", "2026-11-24T10:00+01:00"),
        ("", ""),
    ],
)
def test_a_time_that_cannot_be_is_refused(since, until):
    with pytest.raises(FieldError):
        span(since, until, "Europe/Amsterdam", NOW)


def test_the_longest_time_is_31_days():
    until = wall(NOW + LONGEST_CHANGE)
    assert span("", until, "Europe/Amsterdam", NOW)[1] == NOW + LONGEST_CHANGE


async def test_the_week_shows_what_a_change_makes_of_it(house: House):
    plan = house.town.inventory.units["duinland"].roster
    assert plan is not None
    ill = Change(NOW + timedelta(hours=1), NOW + timedelta(hours=2), "first", DEPUTY)
    turns = week(plan, [ill], NOW)
    assert [turn.at for turn in turns[:2]] == [ill.since, ill.until]
    assert turns[0].duty[:2] == (DEPUTY, None)


@pytest.mark.parametrize(
    ("language", "said"), [("nl", "ma 23 nov 10:00"), ("en", "Mon 23 Nov 10:00")]
)
def test_a_turn_is_told_with_its_day_of_the_week(language, said):
    assert Words(language).weekday(NOW) == said
