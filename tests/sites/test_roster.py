"""At every instant exactly one is on duty, also in the nights of a clock change."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from sites.roster import (
    Change,
    Roster,
    duty_at,
    hand_overs,
    heir,
    holes,
    overlaps,
    people_of,
    stretches,
)
from sites.schedule import DAYS

ZONE = ZoneInfo("Europe/Amsterdam")
SPRING = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # 02:00 becomes 03:00
AUTUMN = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)  # 03:00 becomes 02:00
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE, HOUR, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=7)


def shift(days: Sequence[str], start: str, end: str, first: str, other: str) -> Any:
    return {
        "days": days,
        "start": start,
        "end": end,
        "first": first,
        "stand_in": other,
    }


def roster(*shifts: Any) -> Roster:
    return Roster.model_validate({"shifts": shifts})


OFFICE = roster(
    shift(DAYS[:5], "08:00", "17:00", "day", "deputy"),
    shift(DAYS[:4], "17:00", "08:00", "night", "deputy"),
    shift(DAYS[4:5], "17:00", "00:00", "night", "deputy"),
    shift(DAYS[5:], "00:00", "00:00", "weekend", "day"),
    shift(DAYS[:1], "00:00", "08:00", "night", "deputy"),
)
NIGHT = roster(  # changes hands in the hour that is there never or twice
    shift(list(DAYS), "02:30", "14:00", "late", "early"),
    shift(list(DAYS), "14:00", "02:30", "early", "late"),
)


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE, fold=fold)


def first(plan: Roster, at: datetime, *changes: Change) -> str | None:
    duty = duty_at(plan, at, changes)
    return duty and duty.first


@st.composite
def whole_weeks(draw: st.DrawFn) -> Roster:
    """Cut the week of each day into shifts that leave nothing over."""
    shifts = []
    for number, day in enumerate(DAYS):
        cuts = draw(st.sets(st.integers(1, 1439), max_size=3))
        for begin, end in pairwise([0, *sorted(cuts), 1440]):
            name = f"p{number}-{begin}"
            shifts.append(shift([day], _wall(begin), _wall(end), name, "other"))
    return roster(*draw(st.permutations(shifts)))


def _wall(minute: int) -> str:
    return time(minute // 60 % 24, minute % 60).isoformat("minutes")


def expected(plan: Roster, at: datetime) -> str:
    """Find who is on duty another way: by the furthest that the clock ever showed.

    Walks minute by minute from two hours before, and never lets the clock go back.
    """
    shown = max(
        (at - n * MINUTE).astimezone(ZONE).replace(tzinfo=None) for n in range(121)
    )
    week = timedelta(days=shown.weekday(), hours=shown.hour, minutes=shown.minute)
    found = [plan.shifts[s.shift] for s in stretches(plan) if s.start <= week < s.end]
    assert len(found) == 1
    return found[0].first


moments = st.integers(0, 366 * 24 * 60).map(lambda n: YEAR + n * MINUTE) | st.integers(
    -200, 200
).flatmap(lambda n: st.sampled_from([SPRING + n * MINUTE, AUTUMN + n * MINUTE]))


@given(plan=whole_weeks(), at=moments)
@example(plan=NIGHT, at=SPRING)
@example(plan=NIGHT, at=AUTUMN + 10 * MINUTE)
def test_every_instant_of_a_year_has_exactly_one_first(plan, at):
    assert not holes(plan)
    assert not overlaps(plan)
    assert first(plan, at) == expected(plan, at)


@pytest.mark.parametrize("change", [SPRING, AUTUMN])
def test_no_minute_around_a_clock_change_is_left_over_or_taken_twice(change):
    for minute in range(-180, 180):
        at = change + minute * MINUTE
        assert first(NIGHT, at) == expected(NIGHT, at), at


def test_in_spring_a_shift_that_begins_in_the_hour_that_is_not_begins_after_it():
    over = dict(hand_overs(NIGHT, SPRING - 6 * HOUR, SPRING + 6 * HOUR))
    assert list(over) == [SPRING]
    assert over[SPRING].first == "late"


def test_in_autumn_a_shift_begins_once_and_nobody_comes_back():
    over = [at for at, _ in hand_overs(NIGHT, AUTUMN - 6 * HOUR, AUTUMN + 6 * HOUR)]
    assert over == [AUTUMN - 30 * MINUTE]
    assert first(NIGHT, local("2026-10-25T02:10", fold=1)) == "late"


@pytest.mark.parametrize(
    ("when", "who"),
    [
        ("2026-11-23T07:59", "night"),
        ("2026-11-23T08:00", "day"),
        ("2026-11-23T16:59", "day"),
        ("2026-11-23T17:00", "night"),
        ("2026-11-24T03:00", "night"),
        ("2026-11-27T23:59", "night"),
        ("2026-11-28T00:00", "weekend"),
        ("2026-11-29T23:59", "weekend"),
        ("2026-11-30T00:00", "night"),
    ],
)
def test_a_shift_begins_and_ends_on_the_minute_of_the_units_clock(when, who):
    assert first(OFFICE, local(when)) == who


def test_the_hand_overs_of_a_week_are_all_told_in_order():
    since = local("2026-11-23T00:00")
    over = [
        (f"{at.astimezone(ZONE):%a %H}", duty.first)
        for at, duty in hand_overs(OFFICE, since, since + WEEK)
    ]
    assert over[:3] == [("Mon 08", "day"), ("Mon 17", "night"), ("Tue 08", "day")]
    assert over[-2:] == [("Sat 00", "weekend"), ("Mon 00", "night")]
    assert len(over) == 12


def changed(since: str, until: str, part: str, person: str) -> Change:
    return Change(local(since), local(until), part, person)  # type: ignore[arg-type]  # the part comes from a test


def test_a_change_puts_somebody_else_in_for_its_time_alone():
    ill = changed("2026-11-23T10:00", "2026-11-23T12:00", "first", "stranger")
    times = ["09:59", "10:00", "11:59", "12:00"]
    who = [first(OFFICE, local(f"2026-11-23T{t}"), ill) for t in times]
    assert who == ["day", "stranger", "stranger", "day"]
    over = hand_overs(
        OFFICE, local("2026-11-23T09:00"), local("2026-11-23T13:00"), [ill]
    )
    assert [at for at, _ in over] == [ill.since, ill.until]


def test_of_two_changes_the_one_that_was_made_later_holds():
    a = changed("2026-11-23T10:00", "2026-11-23T12:00", "first", "one")
    b = changed("2026-11-23T11:00", "2026-11-23T13:00", "first", "two")
    at = local("2026-11-23T11:30")
    assert (first(OFFICE, at, a, b), first(OFFICE, at, b, a)) == ("two", "one")


def test_who_comes_in_as_first_does_not_stand_in_for_himself():
    ill = changed("2026-11-23T10:00", "2026-11-23T12:00", "first", "deputy")
    duty = duty_at(OFFICE, local("2026-11-23T11:00"), [ill])
    assert duty == ("deputy", None, ill.since)


def test_a_change_is_longest_ago_since_then_and_not_since_the_shift():
    ill = changed("2026-11-23T10:00", "2026-11-23T12:00", "stand_in", "stranger")
    duty = duty_at(OFFICE, local("2026-11-23T13:00"), [ill])
    assert duty == ("day", "deputy", ill.until)


def test_an_incident_of_who_went_off_duty_goes_to_who_came_on():
    taken, now = local("2026-11-23T16:55"), local("2026-11-23T17:00")
    assert heir(OFFICE, "day", taken, now) == "night"
    assert heir(OFFICE, "day", taken, now - MINUTE) is None, "not before"


def test_who_stays_on_duty_in_another_part_keeps_his_incident():
    taken = local("2026-11-27T16:55")
    assert heir(OFFICE, "deputy", taken, local("2026-11-27T18:00")) is None
    assert heir(OFFICE, "day", taken, local("2026-11-28T09:00")) is None, "stands in"


def test_who_took_it_off_duty_keeps_it_at_every_shift_change():
    taken = local("2026-11-23T20:00")
    assert heir(OFFICE, "day", taken, local("2026-11-24T20:00")) is None
    assert heir(OFFICE, "control-room", taken, local("2026-11-24T20:00")) is None


def test_a_hole_of_the_week_is_found_and_nobody_is_on_duty_in_it():
    plan = roster(shift(list(DAYS), "08:00", "07:00", "aa", "bb"))
    assert holes(plan)[0] == (7 * HOUR, 8 * HOUR)
    assert len(holes(plan)) == 7
    assert first(plan, local("2026-11-23T07:30")) is None
    assert first(plan, local("2026-11-23T08:00")) == "aa"


def test_an_overlap_of_the_week_is_found_also_over_sunday_night():
    plan = roster(
        shift(["sun"], "20:00", "04:00", "aa", "bb"),
        shift(["mon"], "03:00", "20:00", "bb", "aa"),
    )
    (one, two), *more = overlaps(plan)
    assert (one.shift, two.shift, two.start) == (0, 1, 3 * HOUR)
    assert not more


@given(plan=whole_weeks(), left=st.data())
def test_a_week_without_one_of_its_shifts_always_has_a_hole(plan, left):
    number = left.draw(st.integers(0, len(plan.shifts) - 1))
    rest = tuple(s for i, s in enumerate(plan.shifts) if i != number)
    assert holes(plan.model_copy(update={"shifts": rest}))


def test_everybody_whom_a_roster_names_is_known():
    assert people_of(OFFICE) == {"day", "deputy", "night", "weekend"}


def test_a_shift_that_begins_within_a_minute_is_refused():
    with pytest.raises(ValidationError, match="whole minute"):
        roster(shift(list(DAYS), "08:00:30", "08:00", "a", "b"))


def minutes(since: datetime, until: datetime) -> Iterator[datetime]:
    while since < until:
        yield since
        since += MINUTE


def test_hand_overs_and_the_duty_of_each_minute_say_the_same():
    since = local("2026-10-23T00:00").astimezone(UTC)
    until = since + timedelta(days=4)
    told = dict(hand_overs(OFFICE, since, until))
    seen = {
        at
        for at in minutes(since + MINUTE, until)
        if (duty_at(OFFICE, at) or ())[:2] != (duty_at(OFFICE, at - MINUTE) or ())[:2]
    }
    assert seen == set(told)
