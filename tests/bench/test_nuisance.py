"""What is put on pictures is what its name says, and the same each time."""

import numpy as np
import pytest

from edge.sight.picture import Pixels
from tests.bench.nuisance import NUISANCES

NAMES = sorted(NUISANCES)


@pytest.fixture(scope="module")
def yard() -> Pixels:
    noise = np.random.default_rng(5).normal(110, 20, (216, 384, 3))
    return noise.clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_the_same_each_time_and_leaves_the_picture_whole(name, yard):
    before = yard.copy()
    for seconds in (0.0, 0.4, 7.2):
        first = NUISANCES[name](yard, seconds)
        assert np.array_equal(first, NUISANCES[name](yard, seconds))
        assert first.shape == yard.shape
        assert first.dtype == np.uint8
    assert np.array_equal(yard, before)


@pytest.mark.parametrize("name", NAMES)
def test_it_does_something_within_its_first_seconds(name, yard):
    spoilt = [NUISANCES[name](yard, n / 5) for n in range(50)]
    assert any(not np.array_equal(one, yard) for one in spoilt)


@pytest.mark.parametrize("name", ["rain", "insect", "spider web", "jitter"])
def test_what_moves_differs_from_one_look_to_the_next(name, yard):
    assert not np.array_equal(NUISANCES[name](yard, 0.2), NUISANCES[name](yard, 0.4))


def test_infrared_has_no_colour(yard):
    spoilt = NUISANCES["infrared switch"](yard, 1.0)
    assert np.array_equal(spoilt[:, :, 0], spoilt[:, :, 1])
    assert np.array_equal(spoilt[:, :, 0], spoilt[:, :, 2])


def test_a_lamp_is_there_at_once_and_a_ramp_takes_ten_seconds(yard):
    level = float(yard.mean())
    assert NUISANCES["light step"](yard, 0.0).mean() == pytest.approx(
        1.4 * level, rel=0.02
    )
    ramp = NUISANCES["exposure ramp"]
    assert ramp(yard, 0.0).mean() == pytest.approx(level, rel=0.01)
    assert ramp(yard, 5.0).mean() == pytest.approx(0.8 * level, rel=0.02)
    assert ramp(yard, 60.0).mean() == pytest.approx(0.6 * level, rel=0.02)


def test_a_headlight_passes_and_comes_again(yard):
    sweep = NUISANCES["headlight"]
    assert sweep(yard, 1.5).mean() > yard.mean() + 5
    assert np.array_equal(sweep(yard, 5.0), yard)
    assert sweep(yard, 16.5).mean() > yard.mean() + 5


def test_jitter_moves_by_two_pixels_at_most(yard):
    for number in range(10):
        moved = NUISANCES["jitter"](yard, number / 5)[4:-4, 4:-4]
        fits = [
            np.array_equal(moved, yard[4 + y : 212 + y, 4 + x : 380 + x])
            for y in range(-2, 3)
            for x in range(-2, 3)
        ]
        assert sum(fits) == 1


def test_dusk_is_dark_and_noisy(yard):
    flat = np.full_like(yard, 120)
    spoilt = NUISANCES["low light"](flat, 1.0)
    assert 40 <= spoilt.mean() <= 60
    assert 7 <= spoilt.std() <= 11
