"""What is put on pictures is what its name says, and the same each time."""

import numpy as np
import pytest

from edge.sight.picture import Pixels
from tests.bench.nuisance import NUISANCES
from tests.bench.recipe import Now, levels

MAKES = [
    pytest.param(make, id=f"{name} {number}")
    for name, makes in NUISANCES.items()
    for number, make in enumerate(makes, 1)
]


def put_on(name: str, number: int, picture: Pixels, seconds: float) -> Pixels:
    make = NUISANCES[name][number - 1]
    assert make.change
    return levels(make.change(picture, Now(seconds, 60.0, make.seed)))


@pytest.fixture(scope="module")
def yard() -> Pixels:
    noise = np.random.default_rng(5).normal(110, 20, (216, 384, 3))
    return noise.clip(0, 255).astype(np.uint8)


def test_each_nuisance_that_has_a_name_has_two_makes():
    assert all(len(makes) >= 2 for makes in NUISANCES.values())
    assert sorted(NUISANCES) == [
        "clock",
        "exposure ramp",
        "headlight sweep",
        "infrared switch",
        "insect",
        "jitter",
        "light step",
        "low light",
        "rain",
        "spider web",
    ]


@pytest.mark.parametrize("make", MAKES)
def test_it_is_the_same_each_time_and_leaves_the_picture_whole(make, yard):
    before = yard.copy()
    for seconds in (0.0, 0.4, 7.2):
        now = Now(seconds, 60.0, make.seed)
        first = levels(make.change(yard, now))
        assert np.array_equal(first, levels(make.change(yard, now)))
        assert first.shape == yard.shape
    assert np.array_equal(yard, before)


@pytest.mark.parametrize("make", MAKES)
def test_it_does_something_within_its_first_seconds(make, yard):
    spoilt = (levels(make.change(yard, Now(n / 5))) for n in range(50))
    assert any(not np.array_equal(one, yard) for one in spoilt)


@pytest.mark.parametrize("name", ["rain", "insect", "spider web", "jitter"])
@pytest.mark.parametrize("number", [1, 2])
def test_what_moves_differs_from_one_look_to_the_next(name, number, yard):
    one, other = (put_on(name, number, yard, seconds) for seconds in (0.2, 0.4))
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("number", [1, 2])
def test_infrared_has_no_colour_and_another_light(number, yard):
    spoilt = put_on("infrared switch", number, yard, 1.0).astype(int)
    assert np.array_equal(spoilt[:, :, 0], spoilt[:, :, 1])
    assert np.array_equal(spoilt[:, :, 0], spoilt[:, :, 2])
    assert spoilt[90:126, 170:214].mean() > spoilt[:20, :20].mean() + 20


@pytest.mark.parametrize(("number", "factor"), [(1, 1.4), (2, 0.55)])
def test_a_lamp_is_there_at_once(number, factor, yard):
    level = put_on("light step", number, yard, 0.0).mean()
    assert level == pytest.approx(factor * yard.mean(), rel=0.02)


def test_one_exposure_sinks_and_stays_and_the_other_comes_back(yard):
    def left(number: int, seconds: float) -> float:
        spoilt = put_on("exposure ramp", number, yard, seconds)
        return float(spoilt.mean() / yard.mean())

    assert [round(left(1, at), 1) for at in (0, 5, 10, 60)] == [1.0, 0.8, 0.6, 0.6]
    assert [round(left(2, at), 1) for at in (0, 30, 60)] == [1.0, 0.5, 1.0]


def test_a_headlight_passes_and_comes_again(yard):
    def adds(number: int, seconds: float) -> bool:
        lit = put_on("headlight sweep", number, yard, seconds)
        return bool(lit.mean() - yard.mean() > 5)

    assert [adds(1, at) for at in (1.5, 5.0, 16.5)] == [True, False, True]
    middles = [put_on("headlight sweep", 2, yard, at) for at in (1.6, 2.8)]
    assert middles[0][:, 60:100].mean() > middles[1][:, 60:100].mean() + 20
    assert middles[1][:, 170:220].mean() > middles[0][:, 170:220].mean() + 20


def test_the_second_rain_is_heavier(yard):
    wet = [(put_on("rain", n, yard, 1.0) > yard.astype(int) + 9).sum() for n in (1, 2)]
    assert 0.002 * yard.size < wet[0] < wet[1] / 1.5


def test_the_moth_rests_and_the_fly_does_not(yard):
    assert np.array_equal(put_on("insect", 1, yard, 3.0), yard)
    assert not np.array_equal(put_on("insect", 1, yard, 5.5), yard)
    assert all(
        (put_on("insect", 2, yard, n / 2) > 170).mean() > 0.005 for n in range(10)
    )


def test_jitter_is_of_whole_pixels_two_at_most(yard):
    for number in range(10):
        moved = put_on("jitter", 1, yard, number / 5)[4:-4, 4:-4]
        fits = [
            np.array_equal(moved, yard[4 + y : 212 + y, 4 + x : 380 + x])
            for y in range(-2, 3)
            for x in range(-2, 3)
        ]
        assert sum(fits) == 1


def test_the_clock_changes_where_it_stands_and_nowhere_else(yard):
    for number, rows in ((1, slice(40, None)), (2, slice(None, 180))):
        one, other = (put_on("clock", number, yard, at) for at in (1.0, 2.0))
        assert not np.array_equal(one, other)
        assert np.array_equal(one[rows], yard[rows])


@pytest.mark.parametrize(("number", "level", "noise"), [(1, 50, 9), (2, 60, 12)])
def test_dusk_is_dark_and_noisy(number, level, noise, yard):
    spoilt = put_on("low light", number, np.full_like(yard, 120), 1.0)
    assert spoilt.mean() == pytest.approx(level, abs=2)
    assert spoilt.std() == pytest.approx(noise, abs=1)
