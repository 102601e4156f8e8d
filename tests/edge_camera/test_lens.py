"""A lens needs cleaning: bright and out of focus, for long; told once a day."""

import cv2
import numpy as np
import pytest

from edge.sight.lens import DAY_S, LONG_S, Lens, is_near
from edge.sight.picture import Pixels
from edge.sight.track import Track

BOX = (0.4, 0.3, 0.2, 0.3)  # 32 x 27 px of the small picture


def track(*, travelled: bool = False, pixels: int = 500) -> Track:
    return Track(1, 0.0, 9.0, 80, 40, BOX, pixels, 32.0, travelled=travelled)


def picture(level: float, blur: float) -> Pixels:
    """A dark yard with a blob of a brightness before it, out of focus by `blur` px."""
    sharp = np.full((90, 160), 50, np.float32)
    cv2.ellipse(sharp, (80, 40), (10, 8), 0, 0, 360, (level,), -1)
    seen = cv2.GaussianBlur(sharp, (0, 0), blur) if blur else sharp
    noise = np.random.default_rng(1).normal(0, 1.5, sharp.shape)
    return (seen + noise).clip(0, 255).astype(np.uint8)


SMEAR = picture(150, 3)


def look(lens: Lens, seconds: float, since: float = 0.0, small: Pixels = SMEAR) -> int:
    return sum(
        lens.look(small, [track()], since + number) for number in range(round(seconds))
    )


@pytest.mark.parametrize(
    ("level", "blur", "near"),
    [(150, 3, True), (200, 4, True), (150, 0, False), (10, 3, False), (52, 3, False)],
)
def test_near_is_what_is_bright_and_out_of_focus(level, blur, near):
    assert is_near(picture(level, blur), track()) is near


def test_a_smear_that_stays_for_long_is_told_once_a_day():
    lens = Lens()
    assert look(lens, LONG_S - 10) == 0
    assert look(lens, 2000, since=LONG_S) == 1
    assert look(lens, LONG_S * 3, since=DAY_S - 3000) == 0
    assert look(lens, 3000, since=DAY_S + LONG_S + 50) == 1


def test_sharp_things_and_travellers_are_no_dirt():
    lens = Lens()
    assert look(lens, 3 * LONG_S, small=picture(150, 0)) == 0
    for second in range(int(3 * LONG_S)):
        assert not lens.look(SMEAR, [track(travelled=True)], 5000.0 + second)
        assert not lens.look(SMEAR, [track(pixels=20)], 9000.0 + second)


def test_a_smear_among_much_else_is_not_told():
    lens = Lens()
    for second in range(int(4 * LONG_S)):
        small = SMEAR if second % 3 == 0 else picture(10, 3)
        assert not lens.look(small, [track()], float(second))


def test_an_empty_scene_costs_nothing_and_says_nothing():
    lens = Lens()
    assert not any(lens.look(SMEAR, [], float(second)) for second in range(2000))
