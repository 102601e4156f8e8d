"""Made weather is what its name says, and the same each time."""

import numpy as np
import pytest

from edge.sight.picture import Pixels
from tests.edge_camera.weather import WEATHER

NAMES = sorted(WEATHER)


@pytest.fixture(scope="module")
def yard() -> Pixels:
    noise = np.random.default_rng(5).normal(110, 20, (216, 384, 3))
    return noise.clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_the_same_each_time_and_leaves_the_picture_whole(name, yard):
    before = yard.copy()
    first = WEATHER[name](yard, 2.4)
    assert np.array_equal(first, WEATHER[name](yard, 2.4))
    assert first.shape == yard.shape
    assert first.dtype == np.uint8
    assert np.array_equal(yard, before)


@pytest.mark.parametrize("name", NAMES)
def test_it_moves(name, yard):
    looks = [WEATHER[name](yard, number / 5) for number in range(10)]
    assert any(not np.array_equal(one, looks[0]) for one in looks[1:])
