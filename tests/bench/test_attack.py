"""An attack does to the picture what its name says."""

import cv2
import numpy as np
import pytest

from edge.sight.picture import Pixels
from tests.bench.attack import ATTACKS
from tests.bench.recipe import Make, Now, levels

DRAWN = [
    pytest.param(name, make, id=f"{name} {number}")
    for name, (_, makes) in ATTACKS.items()
    for number, make in enumerate(makes, 1)
    if make.change
]


@pytest.fixture(scope="module")
def yard() -> Pixels:
    noise = np.random.default_rng(5).uniform(0, 255, (216, 384, 3))
    return cv2.GaussianBlur(noise, (0, 0), 2).clip(0, 255).astype(np.uint8)


def done(make: Make, yard: Pixels, seconds: float = 30.0) -> Pixels:
    assert make.change
    return levels(make.change(yard, Now(seconds, 60.0, make.seed)))


def detail(picture: Pixels) -> float:
    return float(cv2.Laplacian(picture, cv2.CV_32F).var())


def likeness(one: Pixels, other: Pixels) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def test_seven_attacks_are_drawn_each_in_two_makes():
    assert sorted(ATTACKS) == sorted(
        (
            "covered slowly",
            "covered fast",
            "defocused",
            "turned",
            "frozen",
            "looped",
            "black",
        )
    )
    assert all(len(makes) >= 2 for _, makes in ATTACKS.values())


@pytest.mark.parametrize(("name", "make"), DRAWN)
def test_it_leaves_little_of_the_scene_when_it_is_done(name, make, yard):
    scene = make.otherwise(yard, Now(0.0)) if make.otherwise else yard
    spoilt = done(make, yard)
    assert spoilt.shape == yard.shape
    if name == "defocused":
        assert detail(spoilt) < 0.3 * detail(scene)
    else:
        assert spoilt.std() < 0.1 * scene.std() or likeness(spoilt, scene) < 0.7


@pytest.mark.parametrize(("name", "make"), DRAWN)
def test_half_of_it_is_done_when_it_is_said_to_be(name, make, yard):
    whole = done(make, yard).astype(float)
    scene = make.otherwise(yard, Now(0.0)) if make.otherwise else yard
    half = done(make, yard, make.half_s).astype(float)
    way = np.abs(scene - half).mean() / np.abs(scene - whole).mean()
    assert 0.4 < way < 1.1, name


def test_a_slow_hand_comes_from_the_left(yard):
    make = ATTACKS["covered slowly"][1][0]
    spoilt = done(make, yard, 3.0)
    assert spoilt[:, :180].std() < 20
    assert np.array_equal(spoilt[:, 200:], yard[:, 200:])


def test_five_degrees_are_six_hundredths_of_the_width(yard):
    aside = done(ATTACKS["turned"][1][0], yard)
    assert np.abs(aside[:, 23:].astype(int) - yard[:, :-23]).mean() < 2
    down = done(ATTACKS["turned"][1][2], yard)
    assert np.abs(down[23:].astype(int) - yard[:-23]).mean() < 2


def test_who_is_pushed_aside_sees_what_is_there(yard):
    make = ATTACKS["turned"][1][1]
    assert make.otherwise
    scene, pushed = levels(make.otherwise(yard, Now(0.0))), done(make, yard)
    step = round(0.06 * 384 / 0.84)
    assert np.abs(pushed[:, :-step].astype(int) - scene[:, step:]).mean() < 3
    assert np.array_equal(done(make, yard, 0.0), scene)


def test_black_is_black(yard):
    noisy, dead = (done(make, yard) for make in ATTACKS["black"][1])
    assert 0 < noisy.mean() < 4
    assert not dead.any()
