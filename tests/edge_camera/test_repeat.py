"""A film in a loop is told from a quiet scene, and from things that sway."""

import cv2
import numpy as np
import pytest

from edge.sight.picture import Pixels
from edge.sight.repeat import KEPT, Repeat

HIGH, WIDE = 180, 320


def noisy(count: int, seed: int = 1, level: float = 2.0) -> list[Pixels]:
    random = np.random.default_rng(seed)
    scene = cv2.GaussianBlur(random.uniform(0, 255, (HIGH, WIDE)), (0, 0), 3)
    return [
        (scene + random.normal(0, level, scene.shape)).clip(0, 255).astype(np.uint8)
        for _ in range(count)
    ]


def first(pictures: list[Pixels]) -> int | None:
    """Return the first picture that is said to be in a loop."""
    repeat = Repeat()
    for number, picture in enumerate(pictures):
        if repeat.is_looping(picture, number / 5):
            return number
    return None


def test_noise_never_repeats_itself():
    assert first(noisy(KEPT + 50)) is None


@pytest.mark.parametrize("length", [8, 25, 100])
def test_a_loop_is_noticed_soon_after_it_begins_again(length):
    noticed = first(noisy(length) * (1 + 40 // length + 1))
    assert noticed is not None
    assert length < noticed <= length + 25


def test_a_loop_that_was_encoded_again_is_noticed():
    def encoded(picture: Pixels, quality: int) -> Pixels:
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        decoded = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
        return np.asarray(decoded, np.uint8)

    pictures = noisy(30, level=6.0)
    again = [encoded(picture, 85) for picture in pictures]
    assert first([encoded(picture, 90) for picture in pictures] + again) is not None


def test_what_sways_in_one_corner_does_not_make_a_loop():
    pictures = noisy(120)
    for number, picture in enumerate(pictures):
        left = 20 + 10 * (number % 10)
        picture[10:60, left : left + 8] = 255
    assert first(pictures) is None


def test_a_light_that_pulses_over_the_whole_scene_does_not_make_a_loop():
    pictures = [
        (picture * (0.7 + 0.03 * (number % 10))).astype(np.uint8)
        for number, picture in enumerate(noisy(120))
    ]
    assert first(pictures) is None


def test_pictures_without_a_sensors_noise_say_nothing():
    still = noisy(1) * 100
    assert first(still) is None


def test_a_longer_loop_than_is_kept_is_not_noticed():
    assert first(noisy(KEPT + 20) * 2) is None


def test_another_size_begins_anew():
    pictures = noisy(20)
    small = [picture[::2, ::2].copy() for picture in noisy(20, seed=2)]
    assert first(pictures + small + pictures[:3]) is None


def test_a_loop_that_ends_is_over_soon():
    repeat = Repeat()
    film = noisy(20) * 3 + noisy(40, seed=9)
    verdicts = [repeat.is_looping(one, n / 5) for n, one in enumerate(film)]
    assert verdicts[59]
    assert not any(verdicts[80:])
