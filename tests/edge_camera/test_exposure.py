"""Light changes all of a picture; a thing changes a part: only the first is undone."""

import numpy as np
import pytest

from edge.sight.exposure import USUAL_S, Exposure
from edge.sight.picture import Pixels


def scenery() -> Pixels:
    return np.random.default_rng(2).integers(40, 120, (90, 160)).astype(np.uint8)


def dimmed(picture: Pixels, factor: float) -> Pixels:
    return (picture * factor).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("factor", [0.4, 0.7, 1.5, 2.0])
def test_light_on_everything_is_taken_out(factor):
    exposure = Exposure()
    exposure.level(scenery(), 0.0)
    level = exposure.level(dimmed(scenery(), factor), 0.2)
    assert np.abs(level.astype(int) - scenery()).mean() < 3


def test_a_thing_on_less_than_half_changes_nothing_else():
    exposure = Exposure()
    exposure.level(scenery(), 0.0)
    with_thing = scenery()
    with_thing[:, :70] = 250
    level = exposure.level(with_thing, 0.2)
    assert np.abs(level[:, 70:].astype(int) - scenery()[:, 70:]).mean() < 2
    assert (level[:, :70] > 240).all()


def test_the_day_is_followed_slowly():
    exposure = Exposure()
    level = exposure.level(scenery(), 0.0)
    for seconds in range(1, int(USUAL_S) + 1):
        level = exposure.level(dimmed(scenery(), 1.5), float(seconds))
    assert 1.2 < level.mean() / scenery().mean() < 1.45


def test_a_gap_in_time_is_not_taken_for_a_long_look():
    exposure = Exposure()
    exposure.level(scenery(), 0.0)
    exposure.level(dimmed(scenery(), 1.5), 86_400.0)
    level = exposure.level(dimmed(scenery(), 1.5), 86_400.2)
    assert level.mean() == pytest.approx(scenery().mean(), rel=0.05)


def test_masked_parts_have_no_say():
    unseen = np.zeros((90, 160), np.uint8)
    unseen[:, :120] = 255
    hidden = scenery()
    hidden[:, :120] = 0
    exposure = Exposure(unseen)
    exposure.level(hidden, 0.0)
    level = exposure.level(dimmed(hidden, 1.5), 0.2)
    assert level[:, 120:].mean() == pytest.approx(hidden[:, 120:].mean(), rel=0.05)


@pytest.mark.parametrize("level", [0, 255])
def test_a_black_or_white_picture_does_no_harm(level):
    exposure = Exposure()
    flat = np.full((90, 160), level, np.uint8)
    exposure.level(scenery(), 0.0)
    assert exposure.level(flat, 0.2).shape == flat.shape
    assert exposure.level(scenery(), 0.4).mean() == pytest.approx(
        scenery().mean(), rel=0.05
    )


def test_a_picture_that_is_masked_altogether_stays_as_it_is():
    black = np.zeros((90, 160), np.uint8)
    exposure = Exposure(np.full((90, 160), 255, np.uint8))
    assert not exposure.level(black, 0.0).any()
    assert not exposure.level(black, 0.2).any()
