"""A track is one thing over time; its manner tells bodies from what only moves."""

import math

import numpy as np
import pytest

from edge.sight.thing import Thing
from edge.sight.track import MOST, PATIENCE_S, Track, Tracker
from tests.edge_camera.tracks import SIZE, Course, seconds_of, thing


def follow(
    course: Course, seconds: float = 6.0, wide: int = 8, high: int = 20
) -> Track:
    """Follow one thing to the end; return its track."""
    tracker = Tracker(SIZE)
    for at in seconds_of(seconds):
        place = course(at)
        things = [thing(*place, wide, high)] if place else []
        for track in tracker.follow(things, at):
            track.judge()
    (track,) = tracker.tracks
    return track


def walker(at: float) -> tuple[float, float]:
    return 4 + 12 * at, 50.0


def test_a_walker_is_one_track_that_travels():
    track = follow(walker)
    assert track.hits == len(seconds_of(6.0))
    assert track.moved
    assert track.travelled
    assert track.straightness == pytest.approx(1.0, abs=0.02)
    assert not track.flits
    assert not track.trembles


def test_a_walker_who_stands_still_stays_a_traveller():
    track = follow(lambda at: (min(4 + 12 * at, 60), 50.0), seconds=30)
    assert track.travelled
    assert track.pace < 0.05


def test_a_walker_is_known_within_three_seconds():
    for seconds in (1.0, 2.0, 3.0):
        if follow(walker, seconds).travelled:
            break
    assert seconds <= 2.0


def test_a_car_that_is_too_fast_to_be_met_well_travels():
    track = follow(lambda at: (8 + 90 * at, 40.0), 1.4, wide=22, high=12)
    assert track.moved
    assert track.travelled


def test_a_leaf_trembles_and_does_not_travel():
    track = follow(lambda at: (80 + 4 * math.sin(6 * at), 20.0), 12, wide=7, high=6)
    assert track.trembles
    assert not track.travelled


def test_somebody_who_sways_does_not_tremble():
    track = follow(lambda at: (80 + 0.5 * math.sin(2 * at), 45.0), 30, wide=14, high=40)
    assert not track.trembles


def test_an_insect_flits():
    def moth(at: float) -> tuple[float, float]:
        return 80 + 60 * math.sin(1.9 * at), 45 + 35 * math.cos(2.6 * at)

    tracker, flits, travels = Tracker(SIZE), 0, 0
    for at in seconds_of(20):
        for track in tracker.follow([thing(*moth(at), 20, 20)], at):
            track.judge()
            flits += track.flits
            travels += track.travelled and not track.flits
    assert flits > 50
    assert travels <= 10  # it may pass for a body for a moment


def test_of_a_hundred_drops_one_passes_for_a_body_by_chance():
    random = np.random.default_rng(1)
    tracker = Tracker(SIZE)
    travelled: set[int] = set()
    for at in seconds_of(60):
        drops = [thing(x, y, 3, 9) for x, y in random.uniform(0, (160, 90), (20, 2))]
        for track in tracker.follow(drops, at):
            track.judge()
            if track.travelled and not track.flits:
                travelled.add(track.number)
    assert len(travelled) <= 60  # of six thousand; a flood asks for more than this


def test_two_who_pass_each_other_keep_their_tracks():
    tracker = Tracker(SIZE)
    for at in seconds_of(8):
        one = thing(10 + 16 * at, 35, 8, 20)
        other = thing(150 - 16 * at, 62, 8, 20)
        tracker.follow([one, other], at)
    assert sorted(track.hits for track in tracker.tracks) == [41, 41]
    assert sorted(round(track.x) for track in tracker.tracks) == [22, 138]


def test_what_is_gone_for_long_is_over_and_told_as_a_scrap():
    tracker = Tracker(SIZE)
    tracker.follow([thing(40, 40)], 0.0)
    tracker.follow([], 0.4)
    assert len(tracker.tracks) == 1
    tracker.follow([], 0.4 + PATIENCE_S)
    assert tracker.tracks == []
    assert [scrap.hits for scrap in tracker.scraps] == [1]
    tracker.follow([], 2.0)
    assert tracker.scraps == []


def test_a_thing_that_is_hidden_for_a_moment_is_the_same_one():
    tracker = Tracker(SIZE)
    for at in seconds_of(6):
        hidden = 3.0 <= at < 3.6
        tracker.follow([] if hidden else [thing(*walker(at))], at)
    (track,) = tracker.tracks
    assert track.hits == len(seconds_of(6)) - 3


def test_many_that_come_to_be_all_over_the_picture_are_a_crowd():
    tracker = Tracker(SIZE)
    tracker.follow([], 0.0)
    tracker.follow([thing(80, 45)], 0.2)
    spots = [thing(10 + 20 * n, 20, 6, 6) for n in range(8)]
    tracker.follow([thing(81, 45), *spots], 0.4)
    assert [track.crowd for track in tracker.tracks] == [False] + [True] * 8


def test_one_that_falls_into_many_parts_is_no_crowd():
    tracker = Tracker(SIZE)
    tracker.follow([thing(30, 45)], 0.0)
    parts = [thing(20 + 3 * n, 20 + 8 * n, 4, 4) for n in range(7)]
    tracker.follow(parts, 0.2)
    assert not any(track.crowd for track in tracker.tracks)


def test_what_takes_the_place_of_a_traveller_inherits():
    tracker = Tracker(SIZE)
    for at in seconds_of(4):
        for track in tracker.follow([thing(*walker(at), 8, 20)], at):
            track.judge()
    x, y = walker(4.0)
    # The blob falls apart: neither half is like the whole in size.
    tracker.follow([], 4.2)
    (heir,) = tracker.follow(
        [Thing(700, (x / 160 - 0.05, y / 90 - 0.3, 0.1, 0.5), (x / 160, 0.8))], 4.4
    )
    assert heir.travelled or heir.hits > 1


def test_no_more_than_the_largest_are_followed():
    tracker = Tracker(SIZE)
    drops = [thing(3 * n, 40, 3, 4 + n % 5) for n in range(50)]
    assert len(tracker.follow(drops, 0.0)) == MOST


def test_nothing_is_followed_where_nothing_is():
    assert Tracker(SIZE).follow([], 1.0) == []
