"""How old things may grow, by the policy and the clock that is given."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.keep.terms import PASS, Terms, whole_days
from sites.inventory import Inventory
from sites.policy import Policy

MOMENTS = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001  # hypothesis wants it so, and adds the zone
    datetime(2030, 1, 1),  # noqa: DTZ001  # as above
    timezones=st.just(UTC),
)


@given(now=MOMENTS, days=st.integers(2, 400))
def test_no_row_grows_older_than_the_days_before_the_next_pass(
    now: datetime, days: int
):
    assert whole_days(now, days) >= now + PASS - timedelta(days=days)


@given(now=MOMENTS, days=st.integers(1, 400))
def test_a_row_is_kept_for_all_but_one_of_the_days(now: datetime, days: int):
    assert whole_days(now, days) <= now + PASS - timedelta(days=days - 1)


@given(now=MOMENTS, days=st.integers(1, 3))
def test_today_is_never_forgotten(now: datetime, days: int):
    midnight = whole_days(now, days)
    assert midnight.date() <= now.date()
    assert (midnight.hour, midnight.minute, midnight.second) == (0, 0, 0)


@pytest.mark.parametrize(
    ("clock", "midnight"),
    [
        (datetime(2026, 11, 22, 22, 59, tzinfo=UTC), datetime(2026, 8, 25, tzinfo=UTC)),
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), datetime(2026, 8, 26, tzinfo=UTC)),
    ],
)
def test_a_day_goes_an_hour_before_its_first_moment_is_too_old(
    clock: datetime, midnight: datetime
):
    assert whole_days(clock, 90) == midnight


def test_without_units_the_national_policy_is_the_strictest():
    bounds = Terms.of(Inventory()).bounds(datetime(2026, 11, 22, 12, tzinfo=UTC))
    assert bounds.strictest == bounds.raw == datetime(2026, 8, 25, tzinfo=UTC)
    assert bounds.units == ()


def test_a_stricter_unit_forgets_earlier_and_images_have_a_cap():
    policy = Policy(events_days=90, station_pictures_days=7)
    strict = Policy(events_days=10, station_pictures_days=2)
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    bounds = Terms(policy, {"noord": strict}).bounds(now)
    (unit,) = bounds.units
    assert unit["raw"] == bounds.strictest == datetime(2026, 11, 13, tzinfo=UTC)
    assert unit["pictures"] - bounds.pictures == timedelta(days=5)
    assert bounds.pictures - bounds.images == timedelta(days=21)
    assert unit["aside"] - bounds.aside == timedelta(days=20)
    assert bounds.history < now - timedelta(days=3 * 365)
