from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sites.schedule import Schedule, Window, arming_at

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def schedule(*windows: dict[str, Any], **fields: Any) -> Schedule:
    return Schedule.model_validate({"windows": windows} | fields)


def nightly(**changes: Any) -> Schedule:
    return schedule({"days": DAYS, "start": "18:00", "end": "07:00"} | changes)


def at(text: str) -> datetime:
    """Read a local time in Amsterdam."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def said(plan: Schedule, when: datetime) -> tuple[str | None, str]:
    arming = arming_at(plan, AMSTERDAM, when)
    return arming.mode, arming.reason


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-11-23T17:59:59", (None, "outside_windows")),
        ("2026-11-23T18:00:00", ("away", "window")),
        ("2026-11-24T00:00:00", ("away", "window")),
        ("2026-11-24T06:59:59", ("away", "window")),
        ("2026-11-24T07:00:00", (None, "outside_windows")),
    ],
)
def test_a_window_over_midnight_begins_and_ends_on_the_minute(when, expected):
    plan = schedule({"days": ["mon"], "start": "18:00", "end": "07:00"})
    assert said(plan, at(when)) == expected


def test_the_day_of_a_window_is_the_day_on_which_it_begins():
    plan = schedule({"days": ["mon"], "start": "18:00", "end": "07:00"})
    assert said(plan, at("2026-11-23T03:00"))[0] is None, "Sunday's night"
    assert said(plan, at("2026-11-24T03:00"))[0] == "away", "Monday's night"


def test_a_window_that_ends_when_it_begins_lasts_a_day_and_a_night():
    plan = schedule({"days": ["sat"], "start": "07:00", "end": "07:00"})
    assert said(plan, at("2026-11-28T07:00"))[0] == "away"
    assert said(plan, at("2026-11-29T06:59"))[0] == "away"
    assert said(plan, at("2026-11-29T07:00"))[0] is None


def test_the_first_window_that_covers_a_moment_decides_the_mode():
    plan = schedule(
        {"days": DAYS, "start": "22:00", "end": "06:00", "mode": "night"},
        {"days": DAYS, "start": "18:00", "end": "07:00"},
    )
    assert said(plan, at("2026-11-23T20:00"))[0] == "away"
    assert said(plan, at("2026-11-23T23:00"))[0] == "night"
    assert said(plan, at("2026-11-24T06:30"))[0] == "away"


def test_without_a_window_a_site_is_never_armed_by_itself():
    assert said(Schedule(), at("2026-11-23T03:00")) == (None, "outside_windows")


@pytest.mark.parametrize(
    ("day", "country"),
    [
        ("2026-04-27", "NL"),  # Koningsdag
        ("2026-12-25", "NL"),
        ("2026-07-21", "BE"),  # Nationale feestdag
        ("2026-10-03", "DE"),  # Tag der Deutschen Einheit
    ],
)
def test_on_a_holiday_the_site_is_armed_the_whole_day(day, country):
    plan = schedule(country=country)
    for clock in ("00:00", "12:00", "23:59:59"):
        assert said(plan, at(f"{day}T{clock}")) == ("away", "holiday")


def test_another_country_s_holiday_does_not_count():
    assert said(schedule(country="BE"), at("2026-04-27T12:00"))[0] is None
    assert said(schedule(), at("2026-12-25T12:00"))[0] is None


def test_a_holiday_is_a_local_day():
    plan = schedule(country="NL")
    eve = datetime(2026, 12, 24, 23, 30, tzinfo=UTC)  # 00:30 on the 25th here
    assert said(plan, eve) == ("away", "holiday")


def test_a_closed_day_is_told_as_one_even_on_a_holiday():
    plan = schedule(country="NL", closed=[date(2026, 12, 24), date(2026, 12, 25)])
    assert said(plan, at("2026-12-24T12:00")) == ("away", "closed_day")
    assert said(plan, at("2026-12-25T12:00")) == ("away", "closed_day")


@pytest.mark.parametrize(
    ("evening", "hours"),
    [
        (datetime(2026, 3, 28, tzinfo=UTC), 12),  # the clock goes forward
        (datetime(2026, 10, 24, tzinfo=UTC), 14),  # the clock goes back
        (datetime(2026, 11, 23, tzinfo=UTC), 13),
    ],
)
def test_a_night_in_which_the_clock_changes_has_no_hole(evening, hours):
    minutes = [evening + timedelta(hours=12, minutes=n) for n in range(24 * 60)]
    armed = [said(nightly(), minute)[0] == "away" for minute in minutes]
    assert sum(armed) == hours * 60
    changes = sum(one != two for one, two in pairwise(armed))
    assert changes == 2, "armed once, disarmed once"


def test_a_window_that_begins_in_the_hour_that_is_left_out_begins_after_it():
    plan = nightly(start="02:30", end="05:00")
    assert said(plan, datetime(2026, 3, 29, 0, 59, tzinfo=UTC))[0] is None  # 01:59
    assert said(plan, datetime(2026, 3, 29, 1, 0, tzinfo=UTC))[0] == "away"  # 03:00


def test_a_window_in_the_hour_that_comes_twice_holds_both_times():
    plan = nightly(start="02:15", end="02:45")
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert said(plan, first)[0] == "away"
    assert said(plan, first + timedelta(minutes=30))[0] is None
    assert said(plan, first + timedelta(hours=1))[0] == "away"


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda when: 1 < when.year < 9999))
def test_the_same_moment_gets_the_same_answer_in_any_zone(when):
    elsewhere = when.astimezone(ZoneInfo("Pacific/Auckland"))
    assert said(nightly(), when) == said(nightly(), elsewhere)


@given(
    st.times(),
    st.times(),
    st.datetimes(
        min_value=datetime(2000, 1, 1),  # noqa: DTZ001  # hypothesis wants it so
        max_value=datetime(2100, 1, 1),  # noqa: DTZ001  # and adds the zone below
        timezones=st.just(UTC),
    ),
)
def test_two_windows_that_complete_a_day_leave_no_moment_open(start, end, when):
    one = Window(days=tuple(DAYS), start=start, end=end)
    two = Window(days=tuple(DAYS), start=end, end=start)
    plan = Schedule(windows=(one, two))
    assert arming_at(plan, AMSTERDAM, when).mode == "away"


def test_a_local_clock_has_no_offset():
    with pytest.raises(ValidationError, match="a local clock has no offset from UTC"):
        Window(days=("mon",), start=time(18, tzinfo=UTC), end=time(7))
