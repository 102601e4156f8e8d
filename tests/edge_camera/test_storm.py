"""One event for a nuisance, however many things it moves."""

import numpy as np

from edge.sight.picture import Moment
from edge.sight.storm import (
    FLOOD,
    HELD,
    PRESENT_S,
    QUIET_S,
    WARY_S,
    NuisanceEnded,
    NuisanceStarted,
    Storm,
)
from edge.sight.track import Tracker
from tests.edge_camera.tracks import SIZE, seconds_of, thing


def moment(seconds: float) -> Moment:
    return Moment(round(seconds * 10), seconds)


def rain_on(storm: Storm, seconds: float, drops: int) -> list[object]:
    random, tracker = np.random.default_rng(2), Tracker(SIZE)
    told: list[object] = []
    for at in seconds_of(seconds):
        places = random.uniform(0, (160, 90), (drops, 2))
        things = [thing(x, y, 3, 9) for x, y in places]
        storm.weigh(things, tracker.follow(things, at), at)
        told.append(storm.change(moment(at)))
    return [one for one in told if one]


def test_a_flood_of_scraps_is_a_storm_at_once():
    (begun,) = rain_on(Storm(1), 20, 30)
    assert isinstance(begun, NuisanceStarted)
    assert begun.moment.seconds <= 1.5
    assert begun.zone is None


def test_a_few_scraps_are_none():
    assert rain_on(Storm(1), 60, int(FLOOD) - 2) == []


def test_a_square_full_of_people_is_none():
    storm, tracker = Storm(1), Tracker(SIZE)
    for at in seconds_of(20):
        walkers = [thing((20 * n + 3 * at) % 160, 9 * n + 5, 5, 8) for n in range(9)]
        scraps = [thing(17 * n % 160, 80, 3, 5) for n in range(4)]
        things = walkers + scraps
        storm.weigh(things, tracker.follow(things, at), at)
        assert storm.change(moment(at)) is None


def test_starts_that_were_held_make_a_storm_and_are_counted():
    storm = Storm(1)
    for number in range(HELD):
        assert storm.change(moment(5.0 * number)) is None
        storm.hold("yard", moment(5.0 * number))
    assert isinstance(storm.change(moment(6.0)), NuisanceStarted)
    storm.hold("yard", moment(20.0))
    ended = storm.change(moment(20.0 + QUIET_S))
    assert isinstance(ended, NuisanceEnded)
    assert ended.held == HELD + 1
    assert ended.moment.seconds == 20.0
    assert ended.seconds == 14.0


def test_a_nuisance_that_lasts_is_a_storm():
    storm = Storm(1)
    looks = seconds_of(2 * PRESENT_S)
    told = []
    for at in looks:
        storm.suffer("yard", moment(at), 0.2)
        told.append(storm.change(moment(at)))
    begun = [one for one in told if one]
    assert len(begun) == 1
    assert PRESENT_S - 0.5 <= looks[told.index(begun[0])] <= PRESENT_S + 0.5


def test_nuisances_that_are_far_apart_are_no_storm():
    storm = Storm(1)
    for at in (0.0, 100.0, 200.0):
        storm.hold("yard", moment(at))
        assert storm.change(moment(at)) is None
        assert storm.change(moment(at + QUIET_S)) is None


def test_a_zone_is_named_if_it_was_all_in_one_of_several():
    one, both, only = Storm(2), Storm(2), Storm(1)
    for storm, zones in ((one, "aa"), (both, "ab"), (only, "aa")):
        for number, zone in enumerate(zones):
            storm.hold(zone, moment(number))
    changes = [storm.change(moment(2.0)) for storm in (one, both, only)]
    assert [change.zone for change in changes if change] == ["a", None, None]


def test_the_end_of_a_film_ends_a_storm_once():
    storm = Storm(1)
    rain_on(storm, 5, 30)
    ended = storm.close()
    assert isinstance(ended, NuisanceEnded)
    assert storm.close() is None


def test_it_is_suspected_before_it_is_sure_and_not_for_ever():
    storm, suspected = Storm(1), [Storm(1).is_suspected]
    storm.hold("yard", moment(5.0))
    for seconds in (5.0, 5.0 + QUIET_S, 5.0 + WARY_S):
        storm.weigh([], [], seconds)
        storm.change(moment(seconds))
        suspected.append(storm.is_suspected)
    assert suspected == [False, True, True, False]  # rain comes in bouts
