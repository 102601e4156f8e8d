"""Who comes by again and again, and who stays long; seven days of it are simulated."""

import pytest

from edge.sight.visits import (
    DAY_S,
    LARGEST_STATE,
    MOST,
    Lingered,
    Repeated,
    Visits,
    chance_of,
)
from tests.edge_camera.street import DAYS, ordinary, planted, watch
from tests.edge_camera.tracks import ended, started

HOUR = 3600.0
WEEKS = range(12)


def quiet_week() -> Visits:
    """Counters of a place where nobody came by for five days."""
    visits = Visits()
    visits.watch(0.0)
    return visits


def come_by(visits: Visits, times: list[float], **more) -> list[Repeated]:
    told = (visits.end(ended(**more), at) for at in times)
    return [one for one in told if one]


def at(day: float, *hours: float) -> list[float]:
    return [day * DAY_S + hour * HOUR for hour in hours]


def test_three_passes_in_a_day_are_told_and_a_week_has_one_false_at_most_a42():
    """Simulated: ordinary weeks before twelve houses, and strangers put among them."""
    false = [watch(list(ordinary(week))).false for week in WEEKS]
    assert sum(false) <= len(WEEKS)  # one a week
    assert max(false) <= 2
    # Strangers who take a way across that few others take:
    found = sum(
        number in watch([*ordinary(week), *planted(week, number, day)]).found
        for week in WEEKS
        for number, day in ((1, 4), (3, 5))
    )
    assert found >= 0.9 * 2 * len(WEEKS)


def test_on_a_busy_street_there_is_no_more_than_one_false_in_a_week():
    false = [watch(list(ordinary(week, busy=True))).false for week in range(4)]
    assert sum(false) <= len(false)


def test_a_restart_loses_no_pass():
    week = [*ordinary(3), *planted(3, 1, 5)]
    times = sorted(one.at for one in week if one.planted)
    assert watch(week).found == {1}
    assert watch(week, state_at=times[1] + 1).found == {1}


def test_three_passes_on_a_quiet_path_are_told_once():
    assert come_by(quiet_week(), at(5, 9, 13, 20, 21)) == [Repeated("yard", 3)]


def test_two_passes_are_not_told():
    assert come_by(quiet_week(), at(5, 9, 13)) == []


def test_passes_that_are_a_day_apart_are_not_told():
    visits = quiet_week()
    assert come_by(visits, [*at(5, 1), *at(5.6, 1), *at(6.2, 1), *at(6.8, 1)]) == []


def test_nothing_is_told_in_the_first_days():
    assert come_by(quiet_week(), at(0, 9, 13, 20)) == []
    assert come_by(quiet_week(), at(2, 9, 13, 20)) == []


def test_what_comes_by_every_day_is_not_told():
    visits = quiet_week()
    days = [moment for day in range(DAYS) for moment in at(day, 8, 12, 15, 18)]
    assert come_by(visits, days) == []


def test_it_takes_more_to_be_told_where_more_come_by():
    visits = quiet_week()
    for day in range(5):
        come_by(visits, at(day, 9))
    assert come_by(visits, at(5, 9, 13, 17)) == []
    assert come_by(visits, at(5, 18, 19, 20, 21)) != []


def test_both_ways_count_as_the_same_passer():
    visits = quiet_week()
    come_by(visits, at(5, 9))
    come_by(visits, at(5, 10), entered="right", left="left")
    assert come_by(visits, at(5, 11)) == [Repeated("yard", 3)]


@pytest.mark.parametrize(
    "other",
    [
        {"zone": "gate"},
        {"entered": "top"},
        {"area": 0.05},
        {"lasted": 40.0},
    ],
)
def test_passes_of_another_kind_are_counted_apart(other):
    visits = quiet_week()
    come_by(visits, at(5, 9, 10))
    assert come_by(visits, at(5, 11), **other) == []


@pytest.mark.parametrize(
    "stay",
    [
        {"left": None},
        {"entered": None},
        {"left": "left"},
        {"lasted": 61.0},
    ],
)
def test_who_stays_or_turns_does_not_pass(stay):
    assert come_by(quiet_week(), at(5, 9, 10, 11, 12), **stay) == []


def test_a_night_is_also_compared_with_nights():
    def count(hour: int) -> list[Repeated]:
        visits = quiet_week()
        for day in range(5):
            for noon in at(day, 11, 12, 13):
                visits.end(ended(), noon, 12)
        passes = (visits.end(ended(), moment, hour) for moment in at(5, 1, 2, 3))
        return [one for one in passes if one]

    assert count(hour=2) != []
    assert count(hour=12) == []


def test_a_long_visit_is_told_once_while_it_lasts():
    visits = Visits(linger=90)
    visits.begin(started(), 100.0)
    assert visits.linger(189.0) == []
    assert visits.linger(190.0) == [Lingered("yard", 90.0)]
    assert visits.linger(250.0) == []
    visits.end(ended(), 260.0)
    visits.begin(started(), 300.0)
    assert visits.linger(395.0) == [Lingered("yard", 95.0)]


def test_each_zone_has_its_own_visit():
    visits = Visits(linger=10)
    visits.begin(started(), 0.0)
    visits.begin(started(zone="gate"), 5.0)
    assert visits.linger(10.0) == [Lingered("yard", 10.0)]
    assert visits.linger(15.0) == [Lingered("gate", 10.0)]


@pytest.mark.parametrize("state", [b"", b"[]", b"rubbish", b"x" * (LARGEST_STATE + 1)])
def test_a_state_that_is_none_begins_anew(state):
    visits = Visits(state=state)
    visits.watch(0.0)
    assert len(come_by(visits, at(5, 9, 10, 11))) == 1


def test_the_state_stays_small():
    visits = quiet_week()
    for number in range(MOST + 500):
        visits.end(ended(), 5 * DAY_S + 60.0 * number)
    assert len(visits.state()) < LARGEST_STATE
    assert Visits(state=visits.state()).state() == visits.state()


def test_the_chance_of_a_count_is_a_distribution():
    assert chance_of(0, 5, 7) == pytest.approx(1)
    chances = [chance_of(count, 5, 7) for count in range(12)]
    assert chances == sorted(chances, reverse=True)
    # With many days it is Poisson's: 1 - exp(-1) * (1 + 1 + 1/2) for a rate of one.
    assert chance_of(3, 1000, 1000) == pytest.approx(0.0803, abs=0.002)
    # A short history bears more doubt.
    assert chance_of(3, 0, 1) > chance_of(3, 0, 7)
