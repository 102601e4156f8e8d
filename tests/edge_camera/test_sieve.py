"""Nuisance is held back and told as one; bodies come through, also in a storm."""

import math

import numpy as np
import pytest

from edge.sight.heat import Heat
from edge.sight.motion import Ended, Started
from edge.sight.shape import WHOLE
from edge.sight.sieve import Sieve, Told
from edge.sight.storm import NuisanceEnded, NuisanceStarted
from edge.sight.thing import Thing
from tests.edge_camera.tracks import SIZE, play, seconds_of, thing

YARD = (("yard", WHOLE),)
RAIN = 25  # drops a look


def kinds(told: list[Told]) -> list[type]:
    return [type(one) for one in told]


def drops(seed: int, at: float, count: int = RAIN) -> list[Thing]:
    random = np.random.default_rng((seed, round(at * 1000)))
    return [thing(x, y, 3, 8) for x, y in random.uniform(0, (160, 90), (count, 2))]


def walker(at: float, enters: float, leaves: float) -> list[Thing]:
    if not enters <= at < leaves:
        return []
    x = min(4 + 14 * (at - enters), 90.0)
    return [thing(x, 50, 14, 40)]


def moth(at: float) -> list[Thing]:
    if at % 5 > 1.2:
        return []
    return [thing(80 + 70 * math.sin(9 * at), 45 + 35 * math.cos(13 * at), 14, 12)]


def leaf(at: float) -> list[Thing]:
    return [thing(80 + 4 * math.sin(7 * at), 20 + 2 * math.cos(5 * at), 9, 8)]


def test_in_calm_a_visit_is_told_as_it_is():
    looks = [(at, walker(at, 5, 15)) for at in seconds_of(25)]
    started, ended = play(Sieve(YARD, SIZE), looks)
    assert isinstance(started, Started)
    assert isinstance(ended, Ended)
    assert 5.0 <= started.moment.seconds <= 5.6
    assert ended.moment.seconds == pytest.approx(15, abs=0.3)
    assert ended.entered == "left"


def test_who_crosses_leaves_on_the_other_side():
    looks = [
        (at, [thing(20 * at, 50, 10, 24)] if at <= 8 else []) for at in seconds_of(12)
    ]
    *_, ended = play(Sieve(YARD, SIZE), looks)
    assert isinstance(ended, Ended)
    assert (ended.entered, ended.left) == ("left", "right")


def test_rain_is_one_nuisance_and_no_motion():
    rain = [(at, drops(1, at) if 5 <= at < 65 else []) for at in seconds_of(130)]
    told = play(Sieve(YARD, SIZE), rain, raw=lambda at: at > 6)
    assert kinds(told) == [NuisanceStarted, NuisanceEnded]
    assert told[0].moment.seconds <= 7
    assert isinstance(told[1], NuisanceEnded)
    assert told[1].held >= 1
    assert 55 <= told[1].seconds <= 62


def test_who_comes_in_the_rain_is_told_within_three_seconds():
    looks = [(at, drops(2, at) + walker(at, 30, 50)) for at in seconds_of(60)]
    told = play(Sieve(YARD, SIZE), looks, raw=lambda at: at > 1)
    started = [one for one in told if isinstance(one, Started)]
    assert len(started) == 1
    assert 30 <= started[0].moment.seconds <= 33
    ends = [one for one in told if isinstance(one, Ended)]
    assert len(ends) == 1
    assert ends[0].moment.seconds == pytest.approx(50, abs=1)


def test_a_visit_that_goes_on_is_not_broken_off_by_rain():
    looks = [
        (at, walker(at, 5, 40) + (drops(3, at) if at >= 15 else []))
        for at in seconds_of(60)
    ]
    told = play(Sieve(YARD, SIZE), looks)
    assert kinds(told) == [Started, NuisanceStarted, Ended]
    assert told[2].moment.seconds == pytest.approx(40, abs=1)


def test_a_moth_is_told_once_at_most_and_then_a_nuisance():
    looks = [(at, moth(at)) for at in seconds_of(120)]
    told = play(Sieve(YARD, SIZE), looks)
    assert kinds(told).count(Started) <= 1
    assert kinds(told).count(NuisanceStarted) == 1


def test_a_leaf_is_told_once_at_most_and_does_not_stay():
    looks = [(at, leaf(at)) for at in seconds_of(120)]
    told = play(Sieve(YARD, SIZE), looks)
    assert kinds(told).count(Started) <= 1
    ends = [one for one in told if isinstance(one, Ended)]
    assert all(end.seconds <= 5 for end in ends)


def test_who_walks_past_a_leaf_is_told():
    looks = [(at, leaf(at) + walker(at, 60, 75)) for at in seconds_of(90)]
    told = play(Sieve(YARD, SIZE), looks)
    late = [one for one in told if isinstance(one, Started) and one.moment.seconds > 50]
    assert len(late) == 1
    assert 60 <= late[0].moment.seconds <= 63


def test_a_busy_street_is_no_nuisance():
    looks = [
        (at, [thing((37 * n + 25 * at) % 160, 8 + 9 * n, 16, 9) for n in range(9)])
        for at in seconds_of(120)
    ]
    told = play(Sieve(YARD, SIZE), looks)
    assert kinds(told) == [Started]


def test_a_place_that_is_hot_at_this_hour_asks_for_more():
    def hot() -> Heat:
        heat = Heat()
        sieve = Sieve(YARD, SIZE, heat=heat)
        for at in seconds_of(700):
            sieve.sift([], leaf(at) + drops(4, at, 20), _moment(at), hour=3)
        for _ in range(300):
            heat.watch(10.0, 3)
        return heat

    heat = hot()
    assert heat.is_hot(0.5, 20 / 90)
    once = [(at, leaf(at) if 5 <= at < 7 else []) for at in seconds_of(10)]
    assert Started not in kinds(play_at(Sieve(YARD, SIZE, heat=heat), once, 3))
    body = [(at, walker(at, 5, 15)) for at in seconds_of(20)]
    assert Started in kinds(play_at(Sieve(YARD, SIZE, heat=heat), body, 3))


def play_at(sieve: Sieve, looks, hour: int) -> list[Told]:
    told: list[Told] = []
    for at, things in looks:
        going_on = []
        if things:
            area = things[0].pixels / 14400
            going_on = [Started("yard", _moment(at), things[0].box, area, 0.9)]
        told += sieve.sift(going_on, things, _moment(at), hour)
    return told


def _moment(at: float):
    from edge.sight.picture import Moment  # noqa: PLC0415 - one line

    return Moment(round(at * 10), at)


def test_a_thing_in_another_zone_does_not_hold_an_event_open():
    left = ((0.0, 0.0), (0.4, 0.0), (0.4, 1.0), (0.0, 1.0))
    sieve = Sieve((("yard", left),), SIZE)
    looks = [(at, walker(at, 5, 30)) for at in seconds_of(40)]
    told = play(sieve, looks, raw=lambda at: at < 10)
    assert kinds(told) == [Started, Ended]
    assert told[1].moment.seconds <= 11


def test_the_end_of_a_film_ends_visit_and_storm():
    sieve = Sieve(YARD, SIZE)
    play(sieve, [(at, drops(5, at) + walker(at, 10, 99)) for at in seconds_of(20)])
    assert len(sieve.going_on()) == 1
    assert kinds(sieve.close()) == [Ended, NuisanceEnded]
    assert sieve.close() == []
    assert sieve.going_on() == []


def test_what_is_held_is_named_so_that_it_need_not_be_kept():
    sieve = Sieve(YARD, SIZE)
    dropped = 0
    for at in seconds_of(30):
        play(sieve, [(at, drops(6, at))], raw=lambda at: at > 1)
        dropped += sieve.dropped == ["yard"]
    assert dropped > 10
    assert sieve.tally.held >= 1
    assert sieve.tally.started == 0


def test_the_tally_tells_proven_visits_from_the_rest():
    sieve = Sieve(YARD, SIZE)
    play(sieve, [(at, walker(at, 5, 15)) for at in seconds_of(25)])
    assert (sieve.tally.started, sieve.tally.proven) == (1, 1)
    assert sieve.tally.nuisance == 0


def test_masks_over_a_whole_zone_leave_nothing_to_tell():
    unseen = np.full(SIZE, 255, np.uint8)
    sieve = Sieve(YARD, SIZE, unseen)
    assert play(sieve, [(at, walker(at, 1, 5)) for at in seconds_of(8)]) == []
