"""The report of a place: fixed periods, honest shares, no small count by any way."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.period import Period, offered
from dashboard.report import Counted, Share, cells, place_report
from dashboard.small_number import LEAST, to_show
from tests.dashboard.test_small_number import follows

KITS = {"unit": "duinland", "station": None}
STATION = {"unit": "duinland", "station": "bureau-haven"}
MARCH, APRIL = Period(2026, 3, 1), Period(2026, 4, 1)
QUARTER, YEAR = Period(2026, 1, 3), Period(2026, 1, 12)


def row(month: int = 3, n: int = 1, **more: Any) -> dict[str, Any]:
    """Give one atom, as the store counts it: real, and urgent, and taken at once."""
    return {
        "month": date(2026, month, 1),
        "rule": "panic-home",
        "title": {"nl": "Paniek", "en": "Panic"},
        "outcome": "real",
        "exercise": False,
        "priority": "urgent",
        "pace": 0,
        "source": None,
        "n": n,
        **more,
    }


def counted(*rows: dict[str, Any], **more: Any) -> Counted:
    return Counted(list(rows), **{"blind": [], "medians": {}, **more})


rows = st.builds(
    row,
    month=st.sampled_from([1, 2, 3, 4]),
    n=st.integers(1, 11),
    rule=st.sampled_from(["panic-home", "duress"]),
    outcome=st.sampled_from(["real", "test"]),
    pace=st.sampled_from([None, 0, 1, 2]),
    exercise=st.booleans(),
) | st.builds(
    row,
    month=st.sampled_from([1, 2, 3, 4]),
    n=st.integers(1, 11),
    outcome=st.just("false"),
    source=st.sampled_from(["contact", "motion"]),
)
many = st.lists(rows, max_size=14).map(lambda found: counted(*found))


@given(many)
def test_no_small_count_follows_from_all_periods_of_a_year_together_a27(of: Counted):
    """What a month, a quarter and the year each show, laid beside one another."""
    every = {cell.name: cell for cell in cells(of, YEAR)}
    shown = frozenset[Any]().union(
        *(to_show(cells(of, period)) for period in YEAR.parts())
    )
    for cell in every.values():
        if cell.count < LEAST:
            assert cell.name not in shown
        if cell.small:
            assert not follows(list(every.values()), shown, cell)


@given(many)
def test_a_month_shows_the_same_before_and_after_its_year_is_over_a27(of: Counted):
    year = to_show(cells(of, YEAR))
    for period in YEAR.parts():
        own = to_show(cells(of, period))
        names = {cell.name for cell in cells(of, period)}
        assert own == year & names


def test_how_many_were_late_does_not_follow_from_how_many_were_not_a27():
    of = counted(row(n=40), row(n=2, pace=2))
    urgent, attention = place_report(KITS, of, MARCH).paces
    assert urgent.count == 42
    assert urgent.shares == (None, None)
    assert (attention.count, attention.shares) == (None, (None, None))


def test_a_month_does_not_follow_from_its_quarter_and_the_other_two_a27():
    of = counted(row(1, 20), row(2, 20), row(3, 2))
    months = [place_report(KITS, of, Period(2026, month, 1)) for month in (1, 2, 3)]
    assert [month.total for month in months] == [20, 20, None]
    assert place_report(KITS, of, QUARTER).total is None


def test_small_months_together_are_a_quarter_that_is_shown():
    of = counted(row(1, 4), row(2, 3), row(3, 2))
    assert place_report(KITS, of, QUARTER).total == 9
    assert place_report(KITS, of, MARCH).empty


def test_a_kind_and_an_outcome_stand_where_they_cross():
    of = counted(
        row(n=7), row(n=8, rule="duress", outcome="false", source="contact"),
        row(n=2, rule="tamper", outcome="test"),
    )  # fmt: skip
    report = place_report(KITS, of, MARCH)
    assert report.total == 17
    shown = {kind["rule"]: (kind["outcomes"], kind["total"]) for kind in report.kinds}
    assert shown == {"duress": ((None, 8, None, None, None), 8)}
    assert report.sources == (("contact", 8),)
    assert report.false == 8


def test_exercises_stand_apart_and_make_nobody_quicker():
    of = counted(row(n=6), row(n=9, exercise=True, outcome="exercise", pace=None))
    report = place_report(STATION, of, MARCH)
    assert (report.total, report.exercises, report.paces[0].count) == (6, 9, 6)


def test_hours_of_homes_are_shown_of_five_at_least_those_of_a_station_always_a27():
    few = {"month": date(2026, 3, 1), "seconds": 7200.0, "places": 4}
    enough = {**few, "month": date(2026, 4, 1), "places": 5}
    of = counted(blind=[few, enough])
    assert place_report(KITS, of, MARCH).blind_s is None
    assert place_report(KITS, of, APRIL).blind_s == 7200
    assert place_report(STATION, of, MARCH).blind_s == 7200
    assert place_report(KITS, of, YEAR).blind_s is None  # else March would follow


def test_a_share_says_how_sure_it_is_and_whether_the_promise_was_kept():
    share = Share(81, 263, 30, 0.8)  # Newcombe 1998, table I: 0.2553 to 0.3662
    assert share.interval == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert share.verdict == "missed"
    assert Share(400, 400, 60, 0.985).verdict == "kept"
    assert Share(20, 20, 60, 0.985).verdict == "open"
    assert Share(15, 148, 30, 0.8).interval == pytest.approx((0.0624, 0.1605), abs=5e-5)
    for count in (0, 29):
        low, high = Share(count, 29, 30, 0.8).interval
        assert 0 <= low < high <= 1


@pytest.mark.parametrize("name", ["2026", "2026-q1", "2026-q4", "2026-03", "2026-12"])
def test_a_period_is_read_as_it_is_called(name: str):
    period = Period.of(name)
    assert period is not None
    assert period.name == name


@pytest.mark.parametrize(
    "name",
    ["", "26", "2026-00", "2026-13", "2026-q5", "2026-q0", "2026-3", "2026-03-01",
     "2026-02..2026-04", "\u0662\u0660\u0662\u0666"],
)  # fmt: skip
def test_no_other_period_is_one(name: str):
    assert Period.of(name) is None


def test_periods_are_those_of_the_wall_clock_and_hold_their_months():
    assert MARCH.since == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert MARCH.until == datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert YEAR.until == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert [each.name for each in QUARTER.parts()] == [
        *("2026-01", "2026-02", "2026-03", "2026-q1")
    ]
    assert len(YEAR.parts()) == 12 + 4 + 1
    assert QUARTER.holds(date(2026, 3, 1))
    assert not QUARTER.holds(date(2026, 4, 1))
    assert not QUARTER.holds(date(2025, 3, 1))


def test_only_what_is_over_and_whole_is_offered_and_no_two_overlap_but_wholly_a27():
    found = offered(datetime(2026, 4, 1, 12, tzinfo=UTC))
    assert MARCH not in found  # it is over for half a day
    found = offered(datetime(2026, 4, 2, 12, tzinfo=UTC))
    assert found[0] == MARCH
    assert QUARTER in found
    assert YEAR not in found
    assert Period(2023, 4, 1) not in found
    assert Period(2023, 5, 1) in found
    assert Period(2023, 1, 12) not in found
    for one in found:
        for other in found:
            apart = one.until <= other.since or other.until <= one.since
            within = one in other.parts() or other in one.parts()
            assert apart or within


def test_a_leap_day_has_a_day_three_years_before_it():
    assert offered(datetime(2028, 2, 29, 12, tzinfo=UTC))[0] == Period(2028, 1, 1)
