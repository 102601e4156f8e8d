"""When many incidents come at once: one line, and what is urgent above it."""

import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.flood import (
    BEGINS_ABOVE,
    ENDS_BELOW,
    WINDOW,
    flood_of,
    flooded_since,
    hidden,
)
from tests.dashboard.crowd import DESK, crowded
from tests.dashboard.house import House, opened
from tests.dashboard.town import Town, founded

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
STATIONS = 12
M = timedelta(minutes=1)


def at(*minutes: float) -> list[datetime]:
    return [NOON + timedelta(minutes=each) for each in minutes]


def test_more_than_ten_in_ten_minutes_are_a_flood_and_ten_are_not():
    ten = at(*range(10))
    assert flooded_since(ten, NOON + 9 * M) is None
    assert flooded_since([*ten, NOON + 9.5 * M], NOON + 9.5 * M) == NOON


def test_eleven_in_eleven_minutes_are_none():
    assert flooded_since(at(*range(11)), NOON + 10 * M) is None


def test_a_flood_lasts_until_fewer_than_five_are_left_of_ten_minutes():
    flood = at(*[0] * 7, 4, 5, 6, 7)  # eleven; four of them a while later
    assert flooded_since(flood, NOON + 9 * M) == NOON
    assert flooded_since(flood, NOON + 10 * M) is None
    longer = sorted([*flood, NOON + 8 * M])
    assert flooded_since(longer, NOON + 10 * M) == NOON
    assert flooded_since(longer, NOON + 14 * M) is None


def test_a_new_flood_begins_anew():
    first, second = at(*[0] * 11), at(*[60] * 11)
    assert flooded_since([*first, *second], NOON + 61 * M) == NOON + 60 * M
    assert flooded_since([*first, NOON + 60 * M], NOON + 60 * M) is None


@given(st.lists(st.integers(0, 3600), max_size=60), st.integers(0, 1200))
def test_there_is_a_flood_exactly_while_one_who_counts_each_second_says_so(seconds, on):
    moments = sorted(NOON + timedelta(seconds=each) for each in seconds)
    now = (moments[-1] if moments else NOON) + timedelta(seconds=on)
    floods = False
    for second in range(int((now - NOON).total_seconds()) + 1):
        then = NOON + timedelta(seconds=second)
        # Those that have gone are seen to have gone before those that come.
        gone = sum(then - WINDOW < each < then for each in moments)
        floods = floods and gone >= ENDS_BELOW
        come = sum(then - WINDOW < each <= then for each in moments)
        floods = floods or come > BEGINS_ABOVE
    assert (flooded_since(moments, now) is not None) == floods


def incident(**told: Any) -> dict[str, Any]:
    return {
        "priority": "attention",
        "state": "open",
        "opened": NOON,
        "confirmed": None,
        **told,
    }


@pytest.mark.parametrize(
    ("told", "is_hidden"),
    [
        ({}, True),
        ({"priority": "notice"}, True),
        ({"confirmed": NOON}, True),
        ({"priority": "urgent"}, False),
        ({"state": "acknowledged"}, False),
        ({"opened": NOON - M}, False),
    ],
)
def test_what_is_hidden_is_neither_urgent_nor_taken_nor_from_before(told, is_hidden):
    assert hidden(incident(**told), NOON) == is_hidden


def test_what_is_confirmed_comes_first_in_the_list():
    rows = [incident(n=1), incident(n=2, confirmed=NOON), incident(n=3)]
    flood = flood_of(rows, NOON, {"incidents": 9, "places": 4, "confirmed": 1})
    assert flood is not None
    assert [each["n"] for each in flood.shown] == [2, 1, 3]
    assert (flood.incidents, flood.places, flood.more) == (9, 4, 6)


def test_one_incident_alone_is_told_as_itself():
    figures = {"incidents": 1, "places": 1, "confirmed": 0}
    assert flood_of([incident()], NOON, figures) is None


@pytest.fixture
async def coast(
    database_url: Callable[[str], str], tmp_path: Path
) -> AsyncIterator[Town]:
    """Give a unit of many stations, everybody heard."""
    crowded(tmp_path / "inventory", STATIONS)
    async with founded(
        database_url("wachtpost_collector"),
        database_url("postgres"),
        folder=tmp_path / "inventory",
    ) as found:
        await found.everybody_heard()
        yield found


@pytest.fixture
async def tower(
    database_url: Callable[[str], str], coast: Town, tmp_path: Path
) -> AsyncIterator[House]:
    async with opened(
        database_url, coast, tmp_path, now=lambda: datetime.now(UTC)
    ) as found:
        yield found


async def alarms(town: Town, first: int, last: int) -> list[int]:
    """Have the alarm go off at these stations."""
    ago = timedelta(seconds=30)
    numbers = range(first, last + 1)
    return [await town.intrusion(f"post-{number:03}", ago) for number in numbers]


async def test_ten_incidents_are_ten_cards_and_the_eleventh_makes_them_one_line(
    tower: House,
):
    desk = await tower.guest(DESK)
    await alarms(tower.town, 1, 10)
    page = (await desk.get("/")).text
    assert page.count('<article class="card incident') == 10
    assert "Mogelijke afleiding" not in page
    await alarms(tower.town, 11, 11)
    page = (await desk.get("/")).text
    assert page.count('<article class="card incident') == 1
    assert "Mogelijke afleiding: 11 locaties" in page
    assert page.count('<li id="incident-') == 11


async def test_what_somebody_takes_out_of_a_flood_stands_by_itself(tower: House):
    desk = await tower.guest(DESK)
    incidents = await alarms(tower.town, 1, 12)
    taken = incidents[3]
    await desk.post(f"/incident/{taken}/take", **{"from": "home"})
    page = (await desk.get("/")).text
    assert "Mogelijke afleiding: 11 locaties" in page
    assert (
        f'<article class="card incident attention taken" id="incident-{taken}"' in page
    )
    assert f'<li id="incident-{taken}"' not in page


async def test_a_flood_of_one_unit_is_none_of_another(tower: House):
    await alarms(tower.town, 1, 12)
    await tower.town.intrusion()
    page = (await (await tower.guest("duinland-desk")).get("/")).text
    assert "Mogelijke afleiding" not in page
    assert page.count('<article class="card incident') == 1


async def test_the_line_does_not_end_with_what_a_page_can_hold(tower: House):
    """The figures are those of the store, where the page has read fewer."""
    await alarms(tower.town, 1, 12)
    await tower.town.pen.execute(
        """insert into store.incident (unit, site, rule, cause, priority, title,
                                       occurred, playbook, playbook_version)
           select unit, site, rule, 'more-' || n, priority, title, occurred, playbook,
                  playbook_version
             from store.incident, generate_series(1, 20) n"""
    )
    page = (await (await tower.guest(DESK)).get("/")).text
    assert "252 incidenten sinds" in page
    assert re.search(r"En nog 52, die", page)
