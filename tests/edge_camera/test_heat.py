"""The map of nuisance: by place, of late and by the hour; bodies pass everywhere."""

import json

import pytest

from edge.sight.heat import (
    DAYS,
    HOT_S,
    LARGER,
    LARGEST_STATE,
    RECENT_S,
    WATCHED_S,
    Heat,
)
from edge.sight.track import Track
from tests.edge_camera.tracks import SIZE

HERE = (0.5, 0.5)


def track(x: float = 80.0, y: float = 45.0, pixels: int = 40, **more: object) -> Track:
    made = Track(1, 0.0, 5.0, x, y, (0.4, 0.4, 0.1, 0.1), pixels, 8.0)
    made.origin = (x, y)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def suffer(heat: Heat, seconds: float, hour: int | None, *, sure: bool = True) -> None:
    for _ in range(round(seconds)):
        heat.watch(1.0, hour)
        heat.warm(track(), 1.0, SIZE, sure=sure)


def watch(heat: Heat, seconds: float, hour: int | None) -> None:
    for _ in range(round(seconds / 10)):
        heat.watch(10.0, hour)


def test_a_place_of_nuisance_gets_hot_and_cools():
    heat = Heat()
    assert not heat.is_hot(*HERE)
    suffer(heat, HOT_S + 1, 3, sure=False)
    assert heat.is_hot(*HERE)
    assert not heat.is_hot(0.1, 0.1)
    watch(heat, 5 * RECENT_S, 3)
    assert not heat.is_hot(*HERE)


def test_what_was_a_storm_for_long_is_hot_at_its_hour_alone():
    heat = Heat()
    for _ in range(3):
        suffer(heat, 600, 3)
        watch(heat, 3000, 3)
    watch(heat, 7200, 14)
    assert not heat.is_hot(*HERE)  # it is two in the afternoon
    heat.watch(1.0, 3)
    assert heat.is_hot(*HERE)
    assert not heat.is_hot(0.9, 0.9)


def test_without_a_clock_there_is_one_map():
    heat = Heat()
    suffer(heat, 600, None)
    watch(heat, 3600, None)
    assert heat.is_hot(*HERE)


def test_an_hour_that_was_hardly_watched_is_not_believed():
    heat = Heat()
    suffer(heat, 60, 3)
    watch(heat, WATCHED_S / 2, 3)
    watch(heat, 3600, 4)
    heat.watch(1.0, 3)
    assert not heat.is_hot(*HERE)


def test_a_small_thing_that_only_trembles_is_barred_where_it_is_hot():
    heat = Heat()
    assert not heat.bars(track(), SIZE)
    suffer(heat, 10, 3)
    assert heat.bars(track(), SIZE)
    assert not heat.bars(track(x=20.0), SIZE)


def test_a_body_is_never_barred():
    heat = Heat()
    suffer(heat, 600, 3)
    larger = track(pixels=int(40 * LARGER) + 1)
    assert not heat.bars(larger, SIZE)
    far = track(x=140.0)
    far.origin, far.path = (80.0, 45.0), 61.0
    far.fits.extend([0.6] * 8)
    assert not heat.bars(far, SIZE)


def test_who_leaves_the_hot_place_is_not_barred():
    heat = Heat()
    suffer(heat, 600, 3)
    left = track(x=110.0)
    left.origin = (80.0, 45.0)
    assert not heat.bars(left, SIZE)


def test_it_is_kept_over_a_restart():
    heat = Heat()
    suffer(heat, 600, 3)
    watch(heat, 3600, 3)
    again = Heat(heat.state())
    again.watch(1.0, 3)
    assert again.is_hot(*HERE)
    assert not again.is_hot(0.1, 0.1)
    assert len(heat.state()) < LARGEST_STATE


def test_what_is_kept_holds_numbers_alone():
    heat = Heat()
    suffer(heat, 30, 3)
    kept = json.loads(heat.state())
    assert set(kept) == {"watched", "nuisance"}
    assert all(isinstance(one, int) for hour in kept["nuisance"] for one in hour)


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"rubbish",
        b"{}",
        b'{"watched":[1],"nuisance":[[1]]}',
        b'{"watched":[' + b"1," * 23 + b'1],"nuisance":[[1],[1,2]]}',
        b"[" * LARGEST_STATE * 2,
    ],
)
def test_a_state_that_is_none_is_left_alone(state):
    heat = Heat(state)
    heat.watch(1.0, 3)
    assert not heat.is_hot(*HERE)


def test_it_forgets_what_was_weeks_ago():
    heat = Heat()
    suffer(heat, 1000, 3)
    watch(heat, 3 * DAYS * 3600, 3)
    kept = json.loads(heat.state())
    assert kept["watched"][3] == pytest.approx(DAYS * 3600, rel=0.01)
    assert max(kept["nuisance"][3]) < 500
